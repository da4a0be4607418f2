package markdown

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Legible is the text with line ends of one sort. Line ends must not change a digest:
// git may rewrite them on the way.
func Legible(text []byte, most int) ([]byte, *Fault) {
	switch {
	case len(text) > most:
		return nil, fault(1, "split it, or move long scripts into the repository", "the file has %d bytes; at most %d are read", len(text), most)
	case bytes.IndexByte(text, 0) >= 0:
		return nil, fault(lineAt(text, bytes.IndexByte(text, 0)), "take it out", "the file holds a NUL byte")
	case !utf8.Valid(text):
		return nil, fault(lineAt(text, firstInvalid(text)), "save the file as UTF-8", "the file is not UTF-8")
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if at := bytes.IndexByte(text, '\r'); at >= 0 {
		return nil, fault(lineAt(text, at), "end lines with a line feed", "a carriage return is within a line")
	}
	if at := bytes.IndexFunc(text, Unseen); at >= 0 {
		c, _ := utf8.DecodeRune(text[at:])
		return nil, fault(lineAt(text, at), "take it out: people would read something else than runs", "the file holds the hidden character %U", c)
	}
	return text, nil
}

// Unseen says whether a character steers what is shown around it: the control
// characters of terminals, and those that turn the direction of reading
// (https://trojansource.codes).
func Unseen(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case unicode.IsControl(c):
		return true
	}
	return c == '\u061c' || c == '\u200b' || c == '\u200e' || c == '\u200f' || c == '\ufeff' ||
		c >= '\u202a' && c <= '\u202e' || c >= '\u2060' && c <= '\u2069' || c == '\u2028' || c == '\u2029'
}

func lineAt(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}
