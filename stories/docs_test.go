package stories

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The commands that a document tells people to type are typed here. Blocks of
// sh are commands, in order, in one shell and one new folder for each document;
// a block of text right behind one is what it prints, where … stands for
// anything. A block whose command is prentice up runs until the document ends or
// says <!-- stop -->. What only looks is asked again until it prints what the
// document says: people are slower than programs.
//
// A document is about 127.0.0.1:7400 and a service on port 8600; here both are
// ports that are free.

// documents are those whose commands are typed.
var documents = []string{"../README.md", "../book/tutorial.md", "../book/how-to/*.md", "../book/explanation/*.md"}

func TestDocumentsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, pattern := range documents {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Errorf("%s: no such document: %v", pattern, err)
		}
		for _, name := range names {
			t.Run(strings.TrimPrefix(name, "../"), func(t *testing.T) {
				t.Parallel()
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				r := newReader(t)
				for _, s := range stepsOf(string(text)) {
					r.do(t, s)
				}
			})
		}
	}
}

// typed is one thing that a document tells to do.
type typed struct {
	line   int
	script string // what is typed; "" with stop
	prints string // what it prints, when the document says
	stop   bool
}

var (
	opening = regexp.MustCompile("^( *)(`{3,})([a-z]*)$")
	stopped = regexp.MustCompile(`^ *<!-- stop -->$`)
)

// stepsOf reads what a document tells to do, in its order.
func stepsOf(text string) []typed {
	var steps []typed
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if stopped.MatchString(lines[i]) {
			steps = append(steps, typed{line: i + 1, stop: true})
		}
		m := opening.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		indent, fence, kind := m[1], m[2], m[3]
		end := i + 1 + slices.Index(lines[i+1:], indent+fence)
		body := strings.Join(lines[i+1:end], "\n")
		body = strings.TrimPrefix(strings.ReplaceAll("\n"+body, "\n"+indent, "\n"), "\n")
		behind := len(steps) > 0 && i > 1 && lines[i-1] == "" && opening.MatchString(lines[i-2])
		switch {
		case kind == "sh":
			steps = append(steps, typed{line: i + 1, script: body})
		case kind == "text" && behind:
			steps[len(steps)-1].prints = body
		}
		i = end
	}
	return steps
}

// reader is someone who types what a document says.
type reader struct {
	dir, listen, service string
	env                  []string
	server               *exec.Cmd
	said                 *spoken
	ended                chan struct{}
}

func newReader(t *testing.T) *reader {
	t.Helper()
	listen, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	service, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &reader{dir: filepath.Join(dir, "here"), listen: listen, service: service}
	for _, sub := range []string{r.dir, filepath.Join(dir, "shell")} {
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "USER=olga", "NO_COLOR=1", "TZ=UTC", "LANG=C.UTF-8", "SHELL_STATE=" + filepath.Join(dir, "shell")}
	t.Cleanup(func() { r.leave() })
	return r
}

// leave stops the server and whatever service was started in the folder.
func (r *reader) leave() {
	r.stop()
	pids, _ := filepath.Glob(filepath.Join(r.dir, "*", "*.pid"))
	more, _ := filepath.Glob(filepath.Join(r.dir, "*", "*", "*.pid"))
	for _, file := range append(pids, more...) {
		name := strings.TrimSuffix(filepath.Base(file), ".pid")
		c := exec.Command("prentice", "demo-service", name, "--port", "1", "--orders", "http://127.0.0.1:1", "--payments", "http://127.0.0.1:1", "--state", filepath.Dir(file), "stop")
		c.Env = r.env
		c.Run() //nolint:errcheck // it may not run
	}
}

func (r *reader) stop() {
	if r.server == nil {
		return
	}
	r.server.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have gone already
	<-r.ended
	r.server = nil
}

func (r *reader) ports(text string) string {
	return strings.NewReplacer("127.0.0.1:7400", "127.0.0.1:"+r.listen, "localhost:7400", "localhost:"+r.listen, "8600", r.service).Replace(text)
}

// shell remembers folder and variables from block to block.
const shell = `cd "$(cat "$SHELL_STATE/cwd" 2>/dev/null || pwd)"
if test -e "$SHELL_STATE/env"; then . "$SHELL_STATE/env"; fi
set -a
%s
export -p > "$SHELL_STATE/env"; pwd > "$SHELL_STATE/cwd"
`

func (r *reader) command(script string) *exec.Cmd {
	c := exec.Command("/bin/sh", "-euc", fmt.Sprintf(shell, r.ports(script)))
	c.Dir, c.Env = r.dir, r.env
	return c
}

func (r *reader) do(t *testing.T, s typed) {
	t.Helper()
	switch {
	case s.stop:
		r.stop()
	case strings.HasPrefix(s.script, "make "):
		madeBy(t, s)
	case strings.HasPrefix(s.script, "prentice up") && !strings.Contains(s.script, "\n"):
		r.up(t, s)
	default:
		r.types(t, s)
	}
}

// madeBy looks whether the Makefile knows what is to be made; making it is the
// work of the Makefile's own users.
func madeBy(t *testing.T, s typed) {
	t.Helper()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(s.script) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "make" || !bytes.Contains(makefile, []byte("\n"+words[1]+":")) {
			t.Errorf("line %d: %s: the Makefile does not know it", s.line, strings.TrimSpace(line))
		}
	}
}

// up starts a server and waits until it is ready.
func (r *reader) up(t *testing.T, s typed) {
	t.Helper()
	r.said, r.ended = &spoken{}, make(chan struct{})
	r.server = r.command("exec " + s.script)
	r.server.Env = append(r.server.Env, "PRENTICE_LISTEN=127.0.0.1:"+r.listen)
	r.server.Stdout, r.server.Stderr = r.said, r.said
	if err := r.server.Start(); err != nil {
		t.Fatal(err)
	}
	go func(c *exec.Cmd, ended chan struct{}) { c.Wait(); close(ended) }(r.server, r.ended) //nolint:errcheck // what it said tells
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(r.said.String(), "prentice is ready at") {
			return
		}
		select {
		case <-r.ended:
			t.Fatalf("line %d: %s has ended: %s", s.line, s.script, r.said)
		default:
		}
	}
	t.Fatalf("line %d: %s is not ready: %s", s.line, s.script, r.said)
}

// looks finds commands that may be asked again and again.
var looks = regexp.MustCompile(`^(prentice (now|[a-z]+) (show|list|thread|log)|curl -fsS http)[^\n>|]*( \|\| true)?$`)

func (r *reader) types(t *testing.T, s typed) {
	t.Helper()
	var out []byte
	var err error
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		out, err = r.command(s.script).CombinedOutput()
		if err == nil && fits(r.ports(s.prints), string(out)) {
			return
		}
		if !looks.MatchString(s.script) || time.Now().After(deadline) {
			break
		}
	}
	if r.said != nil {
		t.Logf("the server said: %s", r.said)
	}
	t.Fatalf("line %d:\n%s\n%v\nprinted:\n%s\nand the document says:\n%s", s.line, s.script, err, out, s.prints)
}

// fits says whether a text is what a document says. Blanks at the ends of lines
// do not count.
func fits(says, text string) bool {
	if says == "" {
		return true
	}
	var pattern strings.Builder
	for line := range strings.Lines(strings.TrimSpace(says)) {
		line = strings.TrimSpace(line)
		if line == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(regexp.QuoteMeta(line), "…")
		pattern.WriteString(`[ ]*` + strings.ReplaceAll(strings.Join(parts, `.*`), " ", ` +`) + `[ ]*\n`)
	}
	return regexp.MustCompile(`^(?s:\s*)` + pattern.String() + `(?s:\s*)$`).MatchString(text + "\n")
}

func TestADocumentThatIsWrongIsSeen(t *testing.T) {
	for _, c := range []struct {
		name, says, text string
		fits             bool
	}{
		{"word for word", "a b\nc", "a b\nc\n", true},
		{"another word", "a b", "a c\n", false},
		{"something in a line", "run/1 … done", "run/1 at 12:00 done\n", true},
		{"lines in between", "a\n…\nz", "a\nb\nc\nz\n", true},
		{"lines in between that do not come", "a\n…\nz", "a\nb\n", false},
		{"more than it says", "a", "a\nb\n", false},
		{"columns as wide as they are", "A  B", "A      B\n", true},
		{"what a pattern would be", "a.c (1)", "abc (1)\n", false},
	} {
		if got := fits(c.says, c.text); got != c.fits {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	steps := stepsOf("# A\n\n```sh\nprentice up\n```\n\n```text\nready\n```\n\n````sh\ncat <<END\n```\nEND\n````\n<!-- stop -->\n1. ab\n\n   ```sh\n   a\n     b\n   ```\n```yaml\na: b\n```\n")
	if len(steps) != 4 || steps[3].script != "a\n  b" || steps[0].prints != "ready" || steps[1].script != "cat <<END\n```\nEND" || !steps[2].stop {
		t.Errorf("read %+v", steps)
	}
}
