package render

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapes are what programs print to move the cursor, to colour, to set titles
// and to write links: CSI, OSC and the strings of ECMA-48, and two-byte escapes.
var escapes = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[\\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\\\)?|\x1b[ -/]*[0-~]?")

// Plain is text as it can be shown anywhere: without the escape sequences of
// terminals, a line overwritten by carriage returns as it stood in the end, and
// every other control character, every character that turns the direction of
// reading, and every byte that is not UTF-8 written out, because such text
// otherwise shows something else than what it is.
func Plain(s string) string {
	if tame(s) {
		return s
	}
	s = strings.ReplaceAll(escapes.ReplaceAllString(s, ""), "\r\n", "\n")
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Visible(Overwritten(line))
	}
	return strings.Join(lines, "\n")
}

// Visible is text in which every character that does something other than be
// seen is written out. Unlike Plain it takes nothing away.
func Visible(s string) string {
	if tame(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strange(r) && r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case strange(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

func tame(s string) bool {
	for i, r := range s {
		if strange(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

// Overwritten is what a progress bar leaves of a line: the text after the last
// carriage return that has any after it.
func Overwritten(line string) string {
	line = strings.TrimRight(line, "\r")
	return line[strings.LastIndexByte(line, '\r')+1:]
}

// strange says whether a character does something other than be seen.
func strange(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r):
		return true
	default:
		return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfeff
	}
}
