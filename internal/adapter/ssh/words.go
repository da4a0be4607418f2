package ssh

import (
	"strings"
	"unicode"
)

// plain is a line of what a stranger printed, without what could steer a
// terminal, cut to what fits.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 200 {
		s = "…" + string(runes[len(runes)-199:])
	}
	return s
}

// last keeps the last line that says something.
type last struct{ end ending }

// line is that line.
func (l *last) line() string {
	lines := strings.Split(l.end.String(), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if s := plain(lines[i]); s != "" {
			return s
		}
	}
	return ""
}
