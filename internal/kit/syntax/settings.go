package syntax

import "strings"

// yaml reads a line of YAML: a key, and what it is.
func yaml(l *line) {
	if l.state.fence > 0 {
		code(l)
		return
	}
	lead := blanks(l.text)
	if l.state.block {
		if lead == len(l.text) || lead > l.state.deep {
			l.put(len(l.text), String)
			return
		}
		l.state = State{}
	}
	if l.at = lead; strings.HasPrefix(l.text, "---") || strings.HasPrefix(l.text, "...") {
		l.put(3, Meta)
	}
	for strings.HasPrefix(l.rest(), "- ") {
		l.at += 2 + blanks(l.text[l.at+2:])
	}
	inner := l.at
	l.key(": ")
	code(l)
	value, _, _ := strings.Cut(l.text, " #")
	value = strings.TrimRight(value, " \t\r")
	if at := strings.LastIndexAny(value, " \t:"); at >= 0 && l.state == (State{}) {
		if last := value[at+1:]; last != "" && (last[0] == '|' || last[0] == '>') && strings.Trim(last[1:], "+-0123456789") == "" {
			l.state = State{block: true, deep: max(lead, inner-2)}
		}
	}
}

// key reads what stands before a sign.
func (l *line) key(sign string) {
	rest := l.rest()
	if rest == "" || strings.IndexByte("#{[&*!|>%@`", rest[0]) >= 0 {
		return
	}
	end := strings.Index(rest, sign)
	if end < 0 && strings.HasSuffix(strings.TrimRight(rest, " \t\r"), strings.TrimRight(sign, " ")) {
		end = len(strings.TrimRight(rest, " \t\r")) - 1
	}
	if hash := strings.Index(rest, " #"); end < 0 || hash >= 0 && hash < end {
		return
	}
	if rest[0] == '"' || rest[0] == '\'' { // a text with the sign in it
		if last := strings.IndexByte(rest[1:], rest[0]); last < 0 || last+2 > end {
			return
		}
	}
	l.put(l.at+end, Name)
}

// settings reads a line of TOML, INI and what is like them.
func settings(l *line) {
	if l.state.fence > 0 {
		code(l)
		return
	}
	lead := blanks(l.text)
	l.at = lead
	rest := l.rest()
	switch {
	case strings.HasPrefix(rest, "["):
		if end := strings.LastIndexByte(rest, ']'); end > 0 && !strings.Contains(rest[:end], "=") {
			l.put(lead+end+1, Keyword)
		}
	case rest != "" && !l.opens[rest[0]]:
		if end := strings.IndexByte(rest, '='); end > 0 {
			l.put(lead+len(strings.TrimRight(rest[:end], " \t")), Name)
		}
	}
	code(l)
}

// makefile reads a line of a Makefile.
func makefile(l *line) {
	if l.state == (State{}) && l.text != "" && (letter(l.text[0]) || l.text[0] == '.') {
		if end := strings.IndexAny(l.text, ":=?+#"); end > 0 && l.text[end] != '#' && !l.known[strings.TrimRight(l.text[:end], " ")] {
			l.put(len(strings.TrimRight(l.text[:end], " \t")), Name)
		}
	}
	code(l)
}
