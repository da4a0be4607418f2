package testreport

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tag reads what stands behind a <. What says nothing is an empty token.
func (m *markup) tag() (token, error) {
	c, err := m.in.ReadByte()
	if err != nil {
		return token{}, err
	}
	switch c {
	case '?':
		_, err := m.until("?>")
		return token{}, err
	case '!':
		return m.declared()
	case '/':
		name, err := m.until(">")
		if err != nil {
			return token{}, err
		}
		return m.end(local(strings.TrimSpace(name)))
	}
	if err := m.in.UnreadByte(); err != nil {
		return token{}, err
	}
	return m.begin()
}

// declared reads a comment, a text as it is, or a definition, which is passed over.
func (m *markup) declared() (token, error) {
	head, err := m.in.Peek(7)
	switch {
	case strings.HasPrefix(string(head), "--"):
		m.in.Discard(2) //nolint:errcheck // they were seen
		_, err := m.until("-->")
		return token{}, err
	case string(head) == "[CDATA[":
		m.in.Discard(7) //nolint:errcheck // as above
		text, err := m.until("]]>")
		return token{text: text}, err
	case err != nil && len(head) == 0:
		return token{}, err
	}
	for deep := 0; ; {
		c, err := m.in.ReadByte()
		switch {
		case err != nil:
			return token{}, err
		case c == '\n':
			m.line++
		case c == '[' || c == '<':
			deep++
		case c == ']' || c == '>' && deep > 0:
			deep--
		case c == '>':
			return token{}, nil
		}
	}
}

func (m *markup) end(name string) (token, error) {
	if len(m.open) == 0 || m.open[len(m.open)-1] != name {
		return token{}, m.wrong("</%.80s> ends nothing that began", text(name))
	}
	m.open = m.open[:len(m.open)-1]
	return token{ends: name}, nil
}

// begin reads the tag of an element that begins.
func (m *markup) begin() (token, error) {
	name, c, err := m.word()
	if err != nil {
		return token{}, err
	}
	if name == "" {
		return token{}, m.wrong("an element has no name")
	}
	if len(m.open) >= mostDeep {
		return token{}, m.wrong("elements stand in each other %d deep: at most %d are read", len(m.open)+1, mostDeep)
	}
	t := token{begins: local(name), attrs: map[string]string{}}
	for c != '>' {
		if c == '/' {
			if c, err = m.in.ReadByte(); err != nil {
				return token{}, err
			}
			m.closes = c == '>'
			continue
		}
		if c, err = m.attr(t.attrs, c); err != nil {
			return token{}, err
		}
	}
	m.open = append(m.open, t.begins)
	return t, nil
}

// attr reads one attribute, and gives the character that stands behind it.
func (m *markup) attr(into map[string]string, c byte) (byte, error) {
	name, next, err := m.word()
	for err == nil && space(next) {
		next, err = m.byte()
	}
	switch {
	case err != nil:
		return 0, err
	case name == "" && next == c && !space(c):
		return 0, m.wrong("%q has no place in a tag", c)
	case next != '=':
		return next, nil // without a value, as HTML has it
	}
	quote, err := m.byte()
	for err == nil && space(quote) {
		quote, err = m.byte()
	}
	if err != nil {
		return 0, err
	}
	if quote != '"' && quote != '\'' {
		return 0, m.wrong("the value of %.80s stands in no quotes", text(name))
	}
	value, err := m.until(string(quote))
	if err != nil {
		return 0, err
	}
	if len(into) >= mostAttrs {
		return 0, m.wrong("an element has more than %d attributes", mostAttrs)
	}
	if _, twice := into[local(name)]; !twice {
		into[local(name)] = plain(value)
	}
	return m.byte()
}

// word reads a name and the character behind it.
func (m *markup) word() (string, byte, error) {
	var name []byte
	for {
		c, err := m.byte()
		switch {
		case err != nil:
			return "", 0, err
		case space(c) && len(name) == 0:
			continue
		case space(c) || c == '>' || c == '/' || c == '=':
			return string(name), c, nil
		case len(name) >= mostWord || c == '<' || c == '"' || c == '\'':
			return "", 0, m.wrong("%.80q is no name", text(string(name)+string(c)))
		}
		name = append(name, c)
	}
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func local(name string) string {
	_, after, found := strings.Cut(name, ":")
	if found {
		return after
	}
	return name
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// plain is a text with the references that all documents know replaced.
func plain(s string) string {
	if !strings.Contains(s, "&") {
		return text(s)
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return text(b.String())
		}
		name, _, whole := strings.Cut(after[:min(len(after), 12)], ";")
		stands, known := entities[name]
		if r, ok := numbered(name); ok {
			stands, known = string(r), true
		}
		if !whole || !known {
			b.WriteByte('&')
			s = after
			continue
		}
		b.WriteString(stands)
		s = after[len(name)+1:]
	}
}

// numbered is the character that a reference names by its number.
func numbered(name string) (rune, bool) {
	digits, found := strings.CutPrefix(name, "#")
	if !found {
		return 0, false
	}
	base := 10
	if hex, is := strings.CutPrefix(strings.ToLower(digits), "x"); is {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return utf8.RuneError, err == nil
	}
	return rune(n), true
}
