package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"prentice"
	"prentice/internal/kit/proc"
)

// command asks a program, without a shell: exit code 0 is well.
func (p *Prober) command(ctx context.Context, q prentice.Probe) prentice.Observation {
	argv, err := Words(q.Target)
	if err != nil {
		return unseen(err.Error())
	}
	said := &lastLine{}
	exit, err := proc.Run(ctx, proc.Spec{Argv: argv, Dir: "/", Env: p.env, Out: said, Grace: time.Second})
	switch {
	case errors.Is(err, proc.ErrTimeout):
		return failed(argv[0] + ": no answer in time")
	case err != nil:
		return unseen(err.Error())
	case exit.OK():
		return prentice.Observation{Truth: prentice.Pass, Says: argv[0] + " says yes"}
	}
	seen := prentice.Observation{Truth: prentice.Fail, Status: exit.Code, Says: fmt.Sprintf("%s: %s", argv[0], exit)}
	if line := said.text(); line != "" {
		seen.Says += ": " + line
	}
	return seen
}

// Words splits a command line at its spaces. Single quotes keep everything,
// double quotes keep all but a backslash before a double quote or a backslash,
// and a backslash outside of quotes keeps the next character. There are no
// variables, patterns or pipes.
func Words(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inWord, escaped := rune(0), false, false
	for _, r := range line {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteRune('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, prentice.Errorf(prentice.Invalid, "the command line %.80q ends inside a quotation", line).Try("close the quotation")
	}
	if inWord {
		words = append(words, word.String())
	}
	if len(words) == 0 || words[0] == "" {
		return nil, prentice.Errorf(prentice.Invalid, "the command line is empty").Try("write a program and its arguments")
	}
	return words, nil
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
