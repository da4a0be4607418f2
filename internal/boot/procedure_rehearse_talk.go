package boot

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"prentice"
	"prentice/internal/adapter/sandbox"
)

// talk is a sandbox that is asked one thing after the other: what came of one is known
// before the next.
type talk struct {
	ask  *os.File
	out  *bufio.Reader
	seal string // ends what is asked and what is answered
	over chan error
}

// runFolder is the folder of a run on its target, in the sandbox.
const runFolder = "/work/run"

// attending does what it is asked: the lines up to the seal are a command, and the seal
// and its exit code are behind what it prints.
const attending = `mkdir -p /work/state ` + runFolder + `
chmod 700 ` + runFolder + `
while IFS= read -r line <&4; do
  text=
  while [ "$line" != "$1" ]; do
    text="$text$line
"
    IFS= read -r line <&4 || exit 0
  done
  eval "$text" 4<&-
  code=$?
  echo
  echo "$1 $code"
done
`

// talkIn begins a sandbox that does what it is asked.
func talkIn(ctx context.Context, box *sandbox.Sandbox, job sandbox.Job) (*talk, error) {
	theirs, ask, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("a pipe into the sandbox: %w", err)
	}
	printed, out := io.Pipe()
	t := &talk{ask: ask, out: bufio.NewReader(printed), seal: rand.Text(), over: make(chan error, 1)}
	job.Argv, job.Ask, job.Out = []string{"/bin/sh", "-c", attending, "rehearse", t.seal}, theirs, out
	go func() {
		_, err := box.Run(ctx, job)
		theirs.Close() //nolint:errcheck // it is over
		out.Close()    //nolint:errcheck // it gives none
		t.over <- err
	}()
	return t, nil
}

// do is what a command prints, and its exit code. It is false where the sandbox is over;
// what it printed until then is given.
func (t *talk) do(command string) (printed string, code int, ok bool) {
	if _, err := io.WriteString(t.ask, command+"\n"+t.seal+"\n"); err != nil {
		return "", 0, false
	}
	var b strings.Builder
	for {
		line, err := t.out.ReadString('\n')
		if rest, ends := strings.CutPrefix(line, t.seal+" "); ends {
			_, err = fmt.Sscanf(rest, "%d", &code)
			return strings.TrimSuffix(b.String(), "\n"), code, err == nil
		}
		b.WriteString(line)
		if err != nil {
			return b.String(), 0, false
		}
	}
}

// end lets the sandbox end. That its time or its room for output was up is no error: it is
// seen by what was not reached.
func (t *talk) end() error {
	closed := t.ask.Close()
	io.Copy(io.Discard, t.out) //nolint:errcheck // what is behind the last answer says nothing
	if err := <-t.over; err != nil && prentice.KindOf(err) != prentice.Limited {
		return errors.Join(err, closed)
	}
	return nil
}
