package term

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe is text from elsewhere without what would steer the terminal or deceive
// the reader: escape sequences (colours, cursor, titles, links, clipboard),
// control characters but newline and tab, and the characters that change the
// order of reading. A byte that is not UTF-8 becomes U+FFFD. What is left is
// exactly the text that could be read, in its order; an escape sequence that
// does not end hides nothing behind it.
func Safe(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == esc || isC1(r) && n > 1:
			n += sequence(r, s[i+n:])
		case r == '\n' || r == '\t' || !steers(r):
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// Line is Safe text in one line: newlines and tabs become spaces.
func Line(s string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, strings.TrimRight(Safe(s), "\n")), " ")
}

const (
	esc = '\x1b'
	// longest is how far the end of a string sequence is looked for. A longer
	// one is no sequence that a terminal would take.
	longest = 4096
)

// harmless says quickly, of the usual text, that nothing is to be done.
func harmless(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r != '\n' && r != '\t' && steers(r) {
			return false
		}
	}
	return true
}

// steers says whether a character does something other than be seen.
func steers(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return true // direction of reading
	case r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0xe0000 && r <= 0xe007f:
		return true // line ends that are none, marks, invisible tags
	}
	return false
}

func isC1(r rune) bool { return r >= 0x80 && r <= 0x9f }

// sequence is the length of what follows the introducer of an escape sequence
// (ECMA-48, §5.3 to §5.6). Only a complete one is taken away.
func sequence(first rune, rest string) int {
	intro := byte(0)
	n := 0
	if first == esc {
		if rest == "" {
			return 0
		}
		intro, n = rest[0], 1
	} else {
		intro = byte(first - 0x40) // the seven-bit form: CSI U+009B is ESC [
	}
	switch {
	case intro == '[':
		return n + controlSequence(rest[n:])
	case strings.IndexByte("]PX^_", intro) >= 0:
		return n + stringSequence(rest[n:])
	case first != esc:
		return 0
	case intro >= 0x20 && intro <= 0x2f: // ESC, intermediates, one final
		i := 0
		for i < len(rest) && rest[i] >= 0x20 && rest[i] <= 0x2f {
			i++
		}
		if i < len(rest) && rest[i] >= 0x30 && rest[i] <= 0x7e {
			return i + 1
		}
		return 0
	case intro >= 0x30 && intro <= 0x7e:
		return n
	}
	return 0
}

// controlSequence is the length of parameters, intermediates and the final byte.
func controlSequence(s string) int {
	i := 0
	for i < len(s) && i < longest && s[i] >= 0x20 && s[i] <= 0x3f {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
		return i + 1
	}
	return 0
}

// stringSequence is the length of a string up to and with its end: BEL, ESC \
// or U+009C. A string that runs into a new line has no end.
func stringSequence(s string) int {
	for i := 0; i < len(s) && i < longest; i++ {
		switch {
		case s[i] == '\a':
			return i + 1
		case s[i] == esc && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		case strings.HasPrefix(s[i:], "\u009c"):
			return i + len("\u009c")
		case s[i] == '\n':
			return 0
		}
	}
	return 0
}
