//go:build crashproof

package db

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

// A program that is built with the tag crashproof kills itself, as a power cut
// would, at the commit that the file named by PRENTICE_CRASH asks for: before:17
// is right before the seventeenth is committed, after:17 right after it. Only
// commits that change what is known of a run are counted, so that what goes on in
// the background does not blur the count, and each is told of on standard error.
// Whatever else the file says makes another wish of it, for which the count
// begins again. Without the file nothing is counted.

// PRENTICE_CRASH_OF names others to count: code is those of changes and queues, environments
// those of environments, places and previews; and then what happens between two commits is
// counted as well, as a moment.
var others = map[string]string{"code": `code_\w+`, "environments": `environment|environment_\w+|preview_\w+`}[os.Getenv("PRENTICE_CRASH_OF")]

// counted finds the changes to the tables that count.
var counted = func() *regexp.Regexp {
	tables := `runs|run_\w+`
	if others != "" {
		tables = others
	}
	return regexp.MustCompile(`(?is)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(` + tables + `)\b`)
}()

// Moment is told of what is neither a commit nor inside of one.
func Moment(what string) {
	text, err := os.ReadFile(os.Getenv("PRENTICE_CRASH"))
	if err != nil || others == "" {
		return
	}
	wish.Lock()
	defer wish.Unlock()
	wish.counts(string(text), "moment", what)
	crash("before")
}

// wish is what the file says, and how many commits there were since.
var wish wished

type wished struct {
	sync.Mutex
	text string
	n    int
}

func (w *wished) counts(text, how, what string) {
	if w.text != text {
		w.text, w.n = text, 0
	}
	w.n++
	fmt.Fprintf(os.Stderr, "%s %d: %s\n", how, w.n, what)
}

// trace remembers the first change of a write that counts.
type trace struct{ counts string }

func (t *trace) saw(query string) {
	if t.counts == "" && counted.MatchString(query) {
		t.counts = strings.Join(strings.Fields(query), " ")
	}
}

func commit(tx interface{ Commit() error }, batch []*write) error {
	what := ""
	for _, w := range batch {
		if w.tx != nil && w.err == nil && w.tx.trace.counts != "" {
			what = w.tx.trace.counts
		}
	}
	text, err := os.ReadFile(os.Getenv("PRENTICE_CRASH"))
	if what == "" || err != nil {
		return tx.Commit()
	}
	wish.Lock()
	defer wish.Unlock()
	wish.counts(string(text), "commit", what)
	crash("before")
	err = tx.Commit()
	crash("after")
	return err
}

func crash(side string) {
	if !strings.HasPrefix(wish.text, fmt.Sprintf("%s:%d ", side, wish.n)) {
		return
	}
	syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // nothing keeps a process from killing itself
	select {}
}
