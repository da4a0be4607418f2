package stencil

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// MaxText is the longest text that a stencil is, or is filled in to, in bytes.
const MaxText = 256 << 10

// Error says what is wrong with a stencil. Line is 0 where that cannot be said.
type Error struct {
	Line int
	Text string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// Ask is a value that a stencil names.
type Ask struct {
	Path []string // inputs, port
	Line int
}

// String is the path with dots.
func (a Ask) String() string { return strings.Join(a.Path, ".") }

// Stencil is a text with places for values.
type Stencil struct {
	t    *template.Template
	asks []Ask
}

// Read reads a stencil.
func Read(text string) (*Stencil, error) {
	if len(text) > MaxText {
		return nil, &Error{Text: fmt.Sprintf("it has more than %d bytes", MaxText)}
	}
	t, err := template.New("stencil").Option("missingkey=error").Funcs((&filling{}).functions()).Parse(text)
	if err != nil {
		return nil, plain(err)
	}
	if t.Tree == nil || t.Root == nil {
		return &Stencil{t: t}, nil
	}
	if len(t.Templates()) > 1 {
		return nil, &Error{Text: "it defines other templates, and is to be one piece"}
	}
	l := &looking{tree: t.Tree, text: text}
	l.list(t.Root, true)
	if l.wrong != nil {
		return nil, l.wrong
	}
	return &Stencil{t: t, asks: l.asks}, nil
}

// Asks are the values that it names, in the order of the text, each time that it does.
func (b *Stencil) Asks() []Ask { return b.asks }

// Fill puts values into their places. A value that is asked for and is not there is an
// error only where its place is reached.
func (b *Stencil) Fill(values map[string]any) (string, error) {
	if b.t.Tree == nil || b.t.Root == nil {
		return "", nil
	}
	of, err := bare(values, "")
	if err != nil {
		return "", err
	}
	t, err := b.t.Clone()
	if err != nil {
		return "", plain(err)
	}
	f := &filling{}
	if err := t.Funcs(f.functions()).Execute(f, of); err != nil {
		return "", plain(err)
	}
	return f.text.String(), nil
}

var (
	whereIn = regexp.MustCompile(`^template: [^:]*:(\d+)(?::\d+)?: (?s)(.*)$`)
	during  = regexp.MustCompile(`^executing "[^"]*" at <(.*?)>: (?s)(.*)$`)
)

// plain is an error of a template in words.
func plain(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Line == 0 {
		var at template.ExecError
		if m := whereIn.FindStringSubmatch(err.Error()); errors.As(err, &at) && m != nil {
			line, _ := strconv.Atoi(m[1]) // digits
			return &Error{Line: line, Text: e.Text}
		}
		return e
	}
	m := whereIn.FindStringSubmatch(err.Error())
	if m == nil {
		return &Error{Text: err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // digits
	text := m[2]
	if d := during.FindStringSubmatch(text); d != nil {
		text = "{{" + d[1] + "}}: " + d[2]
	}
	return &Error{Line: line, Text: text}
}

// lineOf is the line on which a node stands.
func lineOf(text string, n parse.Node) int {
	return 1 + strings.Count(text[:min(int(n.Position()), len(text))], "\n")
}
