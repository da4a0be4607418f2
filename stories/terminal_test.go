package stories

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/term"
)

// screen is what a terminal shows.
type screen struct {
	mu   sync.Mutex
	all  bytes.Buffer
	seen int // up to here it was looked for
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

// find says whether something is there behind what was found before.
func (s *screen) find(what *regexp.Regexp) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.all.Bytes()[s.seen:]
	at := what.FindIndex(rest)
	if at == nil {
		return false, string(rest)
	}
	s.seen += at[1]
	return true, ""
}

// attend is someone at a terminal who types prentice ARG…, and then what a file says, line by
// line: "type TEXT" and Enter, "key QUOTED" as it is, "see PATTERN" waits until it is shown behind
// what was seen before, "size ROWS COLUMNS", "olga ARG…" is done meanwhile, "hang up" closes it.
func attend(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 2, "attend NAME FILE ARG…")
	ours, theirs, err := term.Pair()
	ts.Check(err)
	defer ours.Close()   //nolint:errcheck // it is over
	defer theirs.Close() //nolint:errcheck // so it is here
	ts.Check(term.Resize(ours, term.Size{Rows: 24, Columns: 80}))
	c := prentice(ts, args[2:]...)
	if args[0] != "olga" {
		c.Env = append(c.Env, "PRENTICE_TOKEN="+tokenOf(ts, args[0]))
	}
	c.Env = append(c.Env, "TERM=xterm-256color")
	c.Stdin, c.Stdout, c.Stderr = theirs, theirs, theirs
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(c.Start())
	ts.Check(theirs.Close())
	shown, read := &screen{}, make(chan struct{})
	go func() { io.Copy(shown, ours); close(read) }() //nolint:errcheck // the end of a terminal is an error
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { c.Process.Kill() })() //nolint:errcheck // it may have ended
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch word {
		case "type":
			_, err = ours.WriteString(rest + "\n")
		case "key":
			var key string
			if key, err = strconv.Unquote(rest); err == nil {
				_, err = ours.WriteString(key)
			}
		case "see":
			what, wrong := regexp.Compile(rest)
			ts.Check(wrong)
			eventually(ts, func() (bool, string) { return shown.find(what) })
		case "size":
			var s term.Size
			if _, err = fmt.Sscan(rest, &s.Rows, &s.Columns); err == nil {
				err = term.Resize(ours, s)
			}
		case "olga":
			run(ts, prentice(ts, strings.Fields(os.Expand(rest, ts.Getenv))...))
		case "hang":
			err = ours.Close()
		default:
			err = errors.New("no such line: " + line)
		}
		ts.Check(err)
	}
	err = <-ended
	<-read
	of(ts).code = c.ProcessState.ExitCode()
	fmt.Fprint(ts.Stdout(), shown.all.String())
	if (err != nil) != neg {
		ts.Fatalf("%s %s: exit code %d: %s", args[0], strings.Join(args[2:], " "), of(ts).code, shown.all.String())
	}
}
