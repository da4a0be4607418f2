package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"prentice"
	"prentice/internal/kit/argv"
	"prentice/internal/kit/proc"
)

// command asks a program, without a shell: exit code 0 is well.
func (p *Prober) command(ctx context.Context, q prentice.Probe) prentice.Observation {
	words, err := argv.Split(q.Target)
	if err != nil {
		return unseen(fmt.Sprintf("the command line %.80q %v", q.Target, err))
	}
	said := &lastLine{}
	exit, err := proc.Run(ctx, proc.Spec{Argv: words, Dir: "/", Env: p.env, Out: said, Grace: time.Second})
	switch {
	case errors.Is(err, proc.ErrTimeout):
		return failed(words[0] + ": no answer in time")
	case err != nil:
		return unseen(err.Error())
	case exit.OK():
		return prentice.Observation{Truth: prentice.Pass, Says: words[0] + ": exit code 0"}
	}
	seen := prentice.Observation{Truth: prentice.Fail, Status: exit.Code, Says: fmt.Sprintf("%s: %s", words[0], exit)}
	if line := said.text(); line != "" {
		seen.Says += ": " + line
	}
	return seen
}

// lastLine keeps the end of what is written to it.
type lastLine struct{ end []byte }

// Write implements io.Writer.
func (l *lastLine) Write(p []byte) (int, error) {
	const most = 1 << 10
	l.end = append(l.end, p[max(0, len(p)-most):]...)
	l.end = l.end[max(0, len(l.end)-most):]
	return len(p), nil
}

// text is the last line that says something, without what could steer a
// terminal.
func (l *lastLine) text() string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(l.end), "")), "\n")
	line := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, lines[len(lines)-1])
	if runes := []rune(line); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return line
}
