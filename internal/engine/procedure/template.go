package procedure

import "strings"

// part is a piece of an attribute's value: text as it stands, or an expression
// between ${ and }.
type part struct {
	text   string
	isExpr bool
	offset int // of the text in the value
}

// parts splits a value. ok is false when a ${ has no end.
func parts(s string) (list []part, ok bool) {
	for at := 0; at < len(s); {
		start := strings.Index(s[at:], "${")
		if start < 0 {
			return append(list, part{text: s[at:], offset: at}), true
		}
		if start > 0 {
			list = append(list, part{text: s[at : at+start], offset: at})
		}
		from := at + start + 2
		end := closing(s, from)
		if end < 0 {
			return list, false
		}
		list = append(list, part{text: s[from:end], isExpr: true, offset: from})
		at = end + 1
	}
	return list, true
}

// closing is where the } stands that ends the expression beginning at from, or
// -1. Braces in strings and in maps of the expression do not end it.
func closing(s string, from int) int {
	depth := 0
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '\'', '"':
			end := stringEnd(s, i)
			if end < 0 {
				return -1
			}
			i = end
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// stringEnd is where the string that begins at from ends, or -1.
func stringEnd(s string, from int) int {
	for i := from + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[from]:
			return i
		}
	}
	return -1
}
