package state

import (
	"io"
	"strings"
	"unicode"

	"prentice"
	"prentice/internal/kit/clip"
)

// lastLine keeps the last line that is written to it.
type lastLine struct{ end []byte }

const mostOfLine = 4 << 10

// Write implements io.Writer.
func (l *lastLine) Write(p []byte) (int, error) {
	l.end = append(l.end, p[max(0, len(p)-mostOfLine):]...)
	l.end = l.end[max(0, len(l.end)-mostOfLine):]
	return len(p), nil
}

func (l *lastLine) text() string {
	all := strings.Split(strings.TrimSpace(string(l.end)), "\n")
	return strings.TrimPrefix(oneLine(all[len(all)-1]), "says=")
}

// oneLine is a text that cannot steer a terminal, in one line of some length.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, ""))
	return clip.To(strings.TrimSpace(s), 300)
}

// also is a log that another writer hears too. What a step writes from its beginning
// once more it does so to both.
func also(log io.Writer, more io.Writer) io.Writer {
	if log == nil {
		return more
	}
	both := io.MultiWriter(log, more)
	if again, ok := log.(prentice.Replayer); ok {
		return struct {
			io.Writer
			prentice.Replayer
		}{both, again}
	}
	return both
}
