package argv

import "strings"

// Style is how a format of another person splits a line into words, where they differ.
type Style struct {
	// Escape says what a backslash is before a character, within a quote or (0) outside.
	Escape func(quote, next byte) Escape
	// Inner says that a # begins a comment in the middle of a word, too.
	Inner bool
}

// Escape is what a backslash does.
type Escape uint8

// The three.
const (
	Letter Escape = iota // it is a letter, and the next character means what it does
	Alone                // the next character stands for itself, and the backslash is gone
	Both                 // both stand for themselves
)

// Words splits a line at its blanks, with quotes, up to a comment. Open is the quote
// that has no end, or 0.
func (s Style) Words(line string) (list []string, open byte) {
	var word strings.Builder
	some, quote := false, byte(0)
	end := func() {
		if some {
			list = append(list, word.String())
		}
		word.Reset()
		some = false
	}
	for i := 0; i < len(line); i++ {
		c, escape := line[i], Letter
		if c == '\\' && i+1 < len(line) {
			escape = s.Escape(quote, line[i+1])
		}
		switch {
		case escape != Letter:
			if escape == Both {
				word.WriteByte(c)
			}
			i++
			word.WriteByte(line[i])
			some = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, some = c, true
		case c == ' ' || c == '\t':
			end()
		case c == '#' && (s.Inner || !some):
			end()
			return list, 0
		default:
			word.WriteByte(c)
			some = true
		}
	}
	end()
	return list, quote
}
