package procedure

import (
	"strings"
	"unicode/utf8"
)

// attribute is one word after the kind of a block: a name with a value, or a
// bare name. offset is where it stands in the info string, valueAt where its
// value does.
type attribute struct {
	name, value string
	bare        bool
	offset      int
	valueAt     int
}

// infoString is what stands behind a fence, taken apart. wrong says what cannot
// be read of it, and where.
type infoString struct {
	word       string
	attributes []attribute
	wrong      string
	wrongAt    int
}

// readInfo reads `kind name=value name="quoted value" name=${an expression}
// bare # comment`.
func readInfo(s string) infoString {
	at := skipSpace(s, 0)
	end := wordEnd(s, at)
	info := infoString{word: s[at:end]}
	for at = skipSpace(s, end); at < len(s) && s[at] != '#'; at = skipSpace(s, at) {
		a, next, wrong := readAttribute(s, at)
		if wrong != "" {
			info.wrong, info.wrongAt = wrong, at
			return info
		}
		info.attributes = append(info.attributes, a)
		at = next
	}
	return info
}

func readAttribute(s string, at int) (a attribute, next int, wrong string) {
	end := at
	for end < len(s) && isNameByte(s[end]) {
		end++
	}
	a = attribute{name: s[at:end], offset: at}
	switch {
	case end == at || s[at] < 'a' || s[at] > 'z':
		_, size := utf8.DecodeRuneInString(s[at:])
		return a, 0, "an attribute cannot begin with " + s[at:at+size]
	case end == len(s) || isSpace(s[end]):
		a.bare = true
		return a, end, ""
	case s[end] != '=':
		_, size := utf8.DecodeRuneInString(s[end:])
		return a, 0, "the name of an attribute cannot hold " + s[end:end+size]
	}
	a.valueAt = end + 1
	if a.valueAt < len(s) && s[a.valueAt] == '"' {
		a.valueAt++
		a.value, next, wrong = quoted(s, a.valueAt)
	} else {
		a.value, next, wrong = unquoted(s, a.valueAt)
	}
	switch {
	case wrong != "":
		return a, 0, wrong + " in attribute " + a.name
	case next < len(s) && !isSpace(s[next]):
		return a, 0, "a blank is missing behind attribute " + a.name
	}
	return a, next, ""
}

// quoted reads up to the closing quote. \" and \\ stand for themselves; quotes
// within ${…} belong to the expression.
func quoted(s string, at int) (value string, next int, wrong string) {
	var b strings.Builder
	for i := at; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), i + 1, ""
		case strings.HasPrefix(s[i:], "${"):
			end := closing(s, i+2)
			if end < 0 {
				return "", 0, "${ has no end"
			}
			b.WriteString(s[i : end+1])
			i = end
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, "the quotation has no end"
}

// unquoted reads up to a blank. Blanks within ${…} belong to the expression.
func unquoted(s string, at int) (value string, next int, wrong string) {
	for i := at; i < len(s); i++ {
		switch {
		case isSpace(s[i]):
			return s[at:i], i, empty(s[at:i])
		case strings.HasPrefix(s[i:], "${"):
			end := closing(s, i+2)
			if end < 0 {
				return "", 0, "${ has no end"
			}
			i = end
		}
	}
	return s[at:], len(s), empty(s[at:])
}

func empty(value string) string {
	if value == "" {
		return "no value"
	}
	return ""
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func skipSpace(s string, at int) int {
	for at < len(s) && isSpace(s[at]) {
		at++
	}
	return at
}

func wordEnd(s string, at int) int {
	for at < len(s) && !isSpace(s[at]) {
		at++
	}
	return at
}
