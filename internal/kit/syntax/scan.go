package syntax

import "strings"

// code reads a line of most languages.
func code(l *line) {
	if l.state.end != "" {
		l.heredocLine()
		return
	}
	if l.state.fence > 0 {
		l.within()
	}
	if l.hash && l.at == 0 {
		if lead := blanks(l.text); lead < len(l.text) && l.text[lead] == '#' {
			l.at = lead
			l.put(lead+1+blanks(l.text[lead+1:])+letters(l.text[lead+1+blanks(l.text[lead+1:]):], ""), Meta)
		}
	}
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case l.opens[c] && l.opened():
		case l.heredoc && c == '<' && l.begins():
		case c >= '0' && c <= '9':
			l.put(l.at+number(l.rest()), Number)
		case letter(c):
			l.word()
		case c == l.meta && l.meta != 0:
			if n := letters(l.text[l.at+1:], l.more+"."); n > 0 {
				l.put(l.at+1+n, Meta)
			} else {
				l.at++
			}
		case c == '$' && l.dollar:
			l.variable()
		default:
			l.at++
		}
	}
	if l.state.end = l.next; l.next != "" {
		l.state = State{end: l.next}
	}
}

// opened reads a comment, or what a fence begins; false is that there is none here.
func (l *line) opened() bool {
	rest := l.rest()
	for i, f := range l.fences { // before comments: --[[ is longer than --
		if !strings.HasPrefix(rest, f.open) || f.short && !l.isShort(f) {
			continue
		}
		from := l.at
		l.at += len(f.open)
		l.state = State{fence: i + 1}
		l.fenced(f, from)
		return true
	}
	for _, c := range l.comment {
		if strings.HasPrefix(rest, c) && (!l.spaced || l.at == 0 || l.text[l.at-1] == ' ' || l.text[l.at-1] == '\t' || l.text[l.at-1] == ';') {
			l.put(len(l.text), Comment)
			return true
		}
	}
	return false
}

// isShort says whether a sign such as ' is around one character here.
func (l *line) isShort(f fence) bool {
	rest := l.text[l.at+1:]
	end := strings.Index(rest[:min(len(rest), 12)], f.close)
	return end > 0 && (end == 1 || rest[0] == '\\' || rest[0] >= 0x80) || strings.HasPrefix(rest, `\''`)
}

// within goes on with what the line before ended within.
func (l *line) within() { l.fenced(l.fences[l.state.fence-1], 0) }

// fenced reads to the end of a fence, which began at a place in the line.
func (l *line) fenced(f fence, from int) {
	for i := l.at; i < len(l.text); {
		switch {
		case l.text[i] == '\\' && !f.plain:
			i += 2
		case strings.HasPrefix(l.text[i:], f.close):
			if i += len(f.close); l.state.deep > 0 {
				l.state.deep--
				continue
			}
			l.state, l.at = State{}, from
			kind := f.kind
			if l.keys && kind == String && strings.HasPrefix(strings.TrimLeft(l.text[i:], " \t"), ":") {
				kind = Name
			}
			l.put(i, kind)
			return
		case f.nests && strings.HasPrefix(l.text[i:], f.open):
			l.state.deep++
			i += len(f.open)
		default:
			i++
		}
	}
	if l.at = from; !f.lines {
		l.state = State{}
	}
	l.put(len(l.text), f.kind)
}

// word reads a name.
func (l *line) word() {
	n := letters(l.rest(), l.more)
	word := l.text[l.at : l.at+n]
	if l.any {
		word = strings.ToLower(word)
	}
	switch {
	case l.known[word]:
		l.put(l.at+n, Keyword)
	case l.keys && strings.HasPrefix(l.text[l.at+n:], ":") && !strings.HasPrefix(l.text[l.at+n:], "::"):
		l.put(l.at+n, Name)
	default:
		l.at += n
	}
}

// variable reads $name, ${name} and $(name).
func (l *line) variable() {
	rest := l.text[l.at+1:]
	n := letters(rest, "")
	if n == 0 && rest != "" && (rest[0] == '{' || rest[0] == '(') {
		if name := letters(rest[1:], ""); name > 0 && len(rest) > name+1 && (rest[name+1] == '}' || rest[name+1] == ')') {
			n = name + 2
		}
	}
	if n == 0 {
		l.at++
		return
	}
	l.put(l.at+1+n, Name)
}

// begins reads what begins a text that the next lines are, such as <<'END'.
func (l *line) begins() bool {
	rest, found := strings.CutPrefix(l.rest(), "<<")
	if !found {
		return false
	}
	sure := false
	for rest != "" && strings.IndexByte("<-~\"'", rest[0]) >= 0 && len(l.rest())-len(rest) < 5 {
		sure, rest = true, rest[1:]
	}
	n := letters(rest, "")
	if n == 0 || n > 64 || !sure && (rest[0] < 'A' || rest[0] > 'Z') {
		return false
	}
	l.next = rest[:n]
	to := len(l.text) - len(rest) + n
	if to < len(l.text) && (l.text[to] == '"' || l.text[to] == '\'') {
		to++
	}
	l.put(to, Meta)
	return true
}

func (l *line) heredocLine() {
	if strings.Trim(l.text, " \t;") == l.state.end {
		l.state = State{}
		l.put(len(l.text), Meta)
		return
	}
	l.put(len(l.text), String)
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

// letters is how long the name is that a text begins with.
func letters(text, more string) int {
	for i := range len(text) {
		if c := text[i]; !letter(c) && (c < '0' || c > '9' || i == 0) && (i == 0 || strings.IndexByte(more, c) < 0) {
			return i
		}
	}
	return len(text)
}

func blanks(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// number is how long the number is that a text begins with.
func number(text string) int {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9' || letter(c) && c < 0x80:
		case c == '.' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
		case (c == '+' || c == '-') && (text[i-1] == 'e' || text[i-1] == 'E') && text[0] != '0':
		default:
			return i
		}
	}
	return len(text)
}
