// Package shallow refuses TOML of strangers that is nested deeper than people write it, before
// it is decoded.
//
// The decoder follows each key from the top of the document again: a file of one megabyte that
// nests tables, arrays or the parts of a name a hundred thousand times keeps it busy for hours,
// or ends the program. The package counts what is open, and the dots of a name, outside of
// texts and comments. It refuses nothing else: whether the file is TOML, the decoder says.
package shallow

import (
	"bytes"
	"fmt"
)

// Most is how many brackets may be open at once, and how many dots a name may have.
const Most = 24

// TOML says whether a text is shallow enough, and otherwise on which line it is not.
func TOML(text []byte) error {
	open, dots, line := 0, 0, 1
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\n':
			if line++; open == 0 {
				dots = 0
			}
		case '#':
			i += length(text[i:], "\r\n") - 1
		case '"', '\'':
			n := quote(text[i:], c)
			line += bytes.Count(text[i:i+n], []byte("\n"))
			i += n - 1
		case '[', '{':
			open, dots = open+1, 0
		case ']', '}':
			open = max(0, open-1)
		case '=', ',':
			dots = 0
		case '.':
			dots++
		}
		if open > Most || dots > Most {
			return fmt.Errorf("line %d is nested deeper than %d levels", line, Most)
		}
	}
	return nil
}

// length is how many bytes there are before one of the signs, or before the end.
func length(text []byte, signs string) int {
	if n := bytes.IndexAny(text, signs); n >= 0 {
		return n
	}
	return len(text)
}

// quote is how long a text in quotes is, with them. One of a single line ends with the line.
func quote(text []byte, sign byte) int {
	three := []byte{sign, sign, sign}
	several := bytes.HasPrefix(text, three)
	i := 1
	if several {
		i = 3
	}
	for ; i < len(text); i++ {
		switch {
		case text[i] == '\\' && sign == '"':
			i++
		case several && bytes.HasPrefix(text[i:], three):
			for i += 3; i < len(text) && text[i] == sign; i++ { // up to two stand before those that close
			}
			return i
		case !several && text[i] == sign:
			return i + 1
		case !several && text[i] == '\n':
			return i
		}
	}
	return len(text)
}
