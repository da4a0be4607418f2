package procedure

import (
	"regexp"
	"strings"
)

// area is where in a procedure a spot is.
type area int

const (
	inProse     area = iota
	inKey            // of the front matter
	inFront          // the value of a key of the front matter
	inKind           // the word behind a fence
	inAttribute      // the name of an attribute
	inValue          // the value of an attribute
	inBody           // of a block
	inHeading
)

// where is a spot with what stands around it.
type where struct {
	part  area
	path  []string // of keys, in the front matter; the last is the one whose value this is
	fence int      // the line of the fence that it is behind or below
	info  string   // what stands behind the fence
	at    int      // where info begins in its line
	attr  string   // the attribute whose name or value this is
	word  string   // what stands before the spot of the word that it is in
	from  int      // where that word begins
	expr  string   // the expression up to the spot, within ${…} or a key that holds one; "" is none
	begin int      // where the expression begins in its line
}

var fenceLine = regexp.MustCompile("^ {0,3}(```+|~~~+)[ \t]*(.*)$")

// place says where a spot is, by the lines before it alone, so that it can be told of a
// text that is half written.
func (d *draft) place(at Spot) where {
	at.Line = min(max(at.Line, 0), len(d.lines)) // behind the end there is nothing
	line := d.line(at.Line)
	at.Byte = min(max(at.Byte, 0), len(line))
	if end := d.frontEnd(); at.Line > 0 && at.Line < end {
		return d.placeInFront(at, line)
	}
	open, mark := -1, ""
	for n := d.frontEnd() + 1; n <= at.Line; n++ {
		m := fenceLine.FindStringSubmatch(d.line(n))
		switch {
		case m == nil:
		case open < 0:
			open, mark = n, m[1]
		case m[1][0] == mark[0] && len(m[1]) >= len(mark) && strings.TrimSpace(m[2]) == "" && n < at.Line:
			open = -1
		}
	}
	switch {
	case open == at.Line:
		return placeInInfo(at, line)
	case open >= 0:
		m := fenceLine.FindStringSubmatch(d.line(open))
		w := where{part: inBody, fence: open, info: m[2]}
		w.word, w.from = wordBefore(line, at.Byte, isVariableByte)
		return w
	case strings.HasPrefix(line, "#"):
		return where{part: inHeading}
	}
	return where{part: inProse}
}

// frontEnd is the line that ends the front matter; one that has no end goes up to the
// first heading or fence.
func (d *draft) frontEnd() int {
	if strings.TrimRight(d.line(0), " \t") != "---" {
		return 0
	}
	for n, line := range d.lines[1:] {
		if strings.TrimRight(line, " \t") == "---" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "```") {
			return n + 1
		}
	}
	return len(d.lines)
}

// placeInInfo is a spot behind a fence.
func placeInInfo(at Spot, line string) where {
	m := fenceLine.FindStringSubmatchIndex(line)
	w := where{fence: at.Line, info: line[m[4]:], at: m[4]}
	s := line[m[4]:max(m[4], at.Byte)]
	end := wordEnd(s, 0)
	if end == len(s) {
		w.part, w.word, w.from = inKind, s, m[4]
		return w
	}
	for i := skipSpace(s, end); ; i = skipSpace(s, i) {
		a, next, wrong := readAttribute(s, i)
		switch {
		case i >= len(s):
			w.part, w.word, w.from = inAttribute, "", at.Byte
			return w
		case wrong == "" && next < len(s):
			i = next
			continue
		case a.valueAt == 0:
			w.part, w.attr, w.word, w.from = inAttribute, a.name, s[i:], m[4]+i
			return w
		}
		w.part, w.attr = inValue, a.name
		value := s[min(a.valueAt, len(s)):]
		w.word, w.from = value, m[4]+min(a.valueAt, len(s))
		w.inExpression(value, w.from)
		return w
	}
}

// inExpression finds an expression that a value ends within.
func (w *where) inExpression(value string, at int) {
	open := strings.LastIndex(value, "${")
	if open < 0 || closing(value, open+2) >= 0 {
		return
	}
	w.begin, w.expr = at+open+2, value[open+2:]
	w.word, w.from = wordBefore(w.expr, len(w.expr), isNameOrDigit)
	if w.from += w.begin; w.expr == "" {
		w.expr = " "
	}
}

// isExpression says whether the value of a key of the front matter is an expression.
func isExpression(path []string) bool {
	switch last := path[len(path)-1]; path[0] {
	case "targets", "targets_if":
		return len(path) == 1
	case "on":
		return last == "if"
	case "inputs":
		return last == "from" || last == "choices"
	case "rollout":
		return oneOf(last, []string{"order", "canary", "by"})
	}
	return false
}

var yamlKey = regexp.MustCompile(`^(\s*(?:- )?\s*)([A-Za-z_][A-Za-z0-9_-]*)(\s*:)(\s|$)`)

// placeInFront is a spot in the front matter: its keys are found by how far the lines
// stand in, and within a mapping in braces by what is open.
func (d *draft) placeInFront(at Spot, line string) where {
	w := where{part: inKey}
	before := line[:at.Byte]
	indent := len(line) - len(strings.TrimLeft(line, " -"))
	rest, from := before, 0
	if m := yamlKey.FindStringSubmatchIndex(line); m != nil && at.Byte > m[6] {
		w.part, indent = inFront, m[3]
		w.path = []string{line[m[4]:m[5]]}
		rest, from = before[min(m[7], len(before)):], m[7]
	} else if m != nil {
		indent = m[3]
	}
	w.path = append(d.above(at.Line, indent), w.path...)
	for w.part == inFront && openBrace(rest) >= 0 {
		brace := openBrace(rest)
		rest, from = rest[brace+1:], from+brace+1
		own := rest
		if inner := openBrace(rest); inner >= 0 {
			own = rest[:inner]
		}
		if comma := strings.LastIndexByte(own, ','); comma >= 0 {
			rest, from = rest[comma+1:], from+comma+1
		}
		w.part = inKey
		if key, value, found := strings.Cut(rest, ":"); found {
			w.part, w.path = inFront, append(w.path, strings.TrimSpace(key))
			rest, from = value, from+len(key)+1
		}
	}
	w.word, w.from = wordBefore(before, at.Byte, func(c byte) bool { return isNameByte(c) && c != '.' })
	if w.part != inFront {
		return w
	}
	if isExpression(w.path) {
		w.expr, w.begin = strings.TrimLeft(rest, " "), from+len(rest)-len(strings.TrimLeft(rest, " "))
		w.word, w.from = wordBefore(before, at.Byte, isNameOrDigit)
		if w.expr == "" {
			w.expr = " "
		}
		return w
	}
	w.inExpression(rest, from)
	return w
}

// openBrace is where the outermost brace opens that is not closed, or -1; that of ${ is
// none.
func openBrace(text string) int {
	var open []int
	for i := range len(text) {
		switch {
		case text[i] == '{':
			open = append(open, i)
		case text[i] == '}' && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	for _, i := range open {
		if i == 0 || text[i-1] != '$' {
			return i
		}
	}
	return -1
}

// above are the keys that a line stands under, the outermost first.
func (d *draft) above(line, indent int) (path []string) {
	for n := line - 1; n > 0 && indent > 0; n-- {
		m := yamlKey.FindStringSubmatchIndex(d.line(n))
		if m == nil || m[3] >= indent {
			continue
		}
		path = append([]string{d.line(n)[m[4]:m[5]]}, path...)
		indent = m[3]
	}
	return path
}

// wordBefore is the word that ends at a byte of a line, and where it begins.
func wordBefore(line string, at int, of func(byte) bool) (string, int) {
	from := at
	for from > 0 && of(line[from-1]) {
		from--
	}
	return line[from:at], from
}

// wordAround is the word that a byte of a line is in.
func wordAround(line string, at int, of func(byte) bool) (word string, from, to int) {
	_, from = wordBefore(line, at, of)
	for to = at; to < len(line) && of(line[to]); {
		to++
	}
	return line[from:to], from, to
}

func isNameOrDigit(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isVariableByte(c byte) bool { return c == '$' || c == '{' || isNameOrDigit(c) }
