package shell

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice/internal/kit/proc"
)

// longestLine is how much of a line people are shown, in characters.
const longestLine = 100

// says is the first line of a script that is not a comment, and how many follow.
func says(body string) string {
	var lines []string
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	switch len(lines) {
	case 0:
		return "nothing"
	case 1:
		return short(lines[0])
	case 2:
		return short(lines[0]) + " (and 1 more line)"
	default:
		return fmt.Sprintf("%s (and %d more lines)", short(lines[0]), len(lines)-1)
	}
}

// short is a line without what could steer a terminal, cut to what fits.
func short(line string) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(line, ""))
	if utf8.RuneCountInString(line) <= longestLine {
		return line
	}
	return string([]rune(line)[:longestLine-1]) + "…"
}

// outcome is how a script ended: with its last words when it did not end well.
func outcome(exit proc.Exit, lastLine string) string {
	text := exit.String()
	if lastLine != "" && !exit.OK() {
		text += ": " + lastLine
	}
	if exit.Strays {
		text += leftBehind
	}
	return text
}

const leftBehind = " (it left processes behind, which were ended; start a daemon with setsid)"

// tail keeps the end of what is written to it.
type tail struct{ last []byte }

const tailBytes = 4 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p[max(0, len(p)-tailBytes):]...)
	t.last = t.last[max(0, len(t.last)-tailBytes):]
	return len(p), nil
}

// private is a folder that a script lies in while it runs: a shell puts it in front
// of what it says, and then it takes the room of that.
var private = regexp.MustCompile(`\S*/(?:claim-[0-9a-f]{32}(?:/s)?|sh-[0-9]+)/`)

// line is the last line that says something.
func (t *tail) line() string {
	for lines := strings.Split(string(t.last), "\n"); len(lines) > 0; lines = lines[:len(lines)-1] {
		if last := short(private.ReplaceAllString(strings.TrimSpace(lines[len(lines)-1]), "")); last != "" {
			return last
		}
	}
	return ""
}
