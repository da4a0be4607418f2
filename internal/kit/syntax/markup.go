package syntax

import "strings"

// The fences of markup, by their place in its list.
const (
	markupComment = iota + 1
	markupData
	markupTag
)

// markup reads HTML, XML and what is like them.
func markup(l *line) {
	for l.at < len(l.text) {
		switch rest := l.rest(); {
		case l.state.fence == markupComment || l.state.fence == markupData:
			l.fenced(l.fences[l.state.fence-1], l.at)
		case l.state.fence == markupTag:
			l.tag()
		case strings.HasPrefix(rest, "<!--"):
			l.state.fence = markupComment
		case strings.HasPrefix(rest, "<![CDATA["):
			l.state.fence = markupData
		case rest[0] == '<' && len(rest) > 1 && (letter(rest[1]) || strings.IndexByte("/?!", rest[1]) >= 0):
			n := 1
			if !letter(rest[1]) {
				n = 2
			}
			l.put(l.at+n+letters(rest[n:], "-:."), Keyword)
			l.state.fence = markupTag
		default:
			end := strings.IndexByte(rest[1:], '<')
			if end < 0 {
				end = len(rest) - 1
			}
			l.at += end + 1
		}
	}
}

// tag reads one part within < and >.
func (l *line) tag() {
	switch c := l.text[l.at]; {
	case c == '>':
		l.state = State{}
		l.put(l.at+1, Keyword)
	case c == '"' || c == '\'':
		end := strings.IndexByte(l.text[l.at+1:], c)
		if end < 0 {
			end = len(l.text) - l.at - 2
		}
		l.put(l.at+end+2, String)
	case letter(c):
		l.put(l.at+letters(l.rest(), "-:.@"), Name)
	default:
		l.at++
	}
}

// document reads Markdown.
func document(l *line) {
	lead := blanks(l.text)
	text := l.text[lead:]
	fence := ""
	for _, f := range []string{"```", "~~~"} {
		if strings.HasPrefix(text, f) {
			fence = f
		}
	}
	switch {
	case l.state.end != "":
		if fence == l.state.end {
			l.state = State{}
			l.put(len(l.text), Meta)
			return
		}
		l.put(len(l.text), String)
	case fence != "":
		l.state.end = fence
		l.put(len(l.text), Meta)
	case strings.HasPrefix(text, "#") && strings.HasPrefix(strings.TrimLeft(text, "#"), " "):
		l.put(len(l.text), Keyword)
	case strings.HasPrefix(text, ">"):
		l.put(len(l.text), Comment)
	default:
		for l.at < len(l.text) {
			if l.text[l.at] != '`' {
				l.at++
				continue
			}
			end := strings.IndexByte(l.text[l.at+1:], '`')
			if end < 0 {
				return
			}
			l.put(l.at+end+2, String)
		}
	}
}
