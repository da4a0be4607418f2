// Package syntax says which parts of a line of code are comments, texts, numbers and words
// of the language, so that pages can set them apart.
//
// Its words: a Language is what is known of one; a Span is a part of a line and what it is;
// a State is what a line ends within, such as a comment that goes on. A line is read from
// left to right, once, and no byte of it is looked at more than a few times: what someone
// hostile wrote takes as long as anything else of its size.
//
// It is a help for the eye and no parser: it may take a word for what it is not, and refuses
// to say whether code is right. It changes no text and escapes none.
package syntax

import (
	"path"
	"strings"
	"sync"
)

// Kind is what a part of a line is.
type Kind uint8

// The kinds. What has none is as it is.
const (
	Plain   Kind = iota
	Comment      // what is for people
	String       // a text
	Number
	Keyword // a word of the language
	Name    // what is given a value or an attribute: a key, a variable, a tag's attribute
	Meta    // what is about the code: a directive, a decorator
)

// Span is a part of a line, in bytes.
type Span struct {
	From, To int
	Kind     Kind
}

// State is what a line ends within; the zero State is nothing.
type State struct {
	fence int    // of the language, counted from 1
	deep  int    // fences within the fence, or how far a block is indented
	end   string // the line that ends a text
	block bool   // a block that ends where the indentation does
}

// Language is what is known of one.
type Language struct {
	Name    string
	scan    func(*line)
	comment []string // what begins a comment that ends with the line
	spaced  bool     // only after a blank
	fences  []fence
	words   string // of the language
	any     bool   // capitals do not count in them
	more    string // what belongs to a name beside letters, digits and _
	meta    byte   // a word after it is about the code
	hash    bool   // so is one after a # that begins a line
	dollar  bool   // $name and ${name} are variables
	keys    bool   // a text or a word before a colon is a key
	heredoc bool   // <<END begins a text

	once  sync.Once
	known map[string]bool
	opens [256]bool
}

// fence is what goes from one sign to another.
type fence struct {
	open, close string
	kind        Kind
	lines       bool // it may go over lines
	plain       bool // a backslash means itself
	nests       bool
	short       bool // of one character; where it does not end soon it was none
}

// prepare makes what reading asks for quickly.
func (l *Language) prepare() {
	l.known = map[string]bool{}
	for word := range strings.FieldsSeq(l.words) {
		l.known[word] = true
	}
	for _, c := range l.comment {
		l.opens[c[0]] = true
	}
	for _, f := range l.fences {
		l.opens[f.open[0]] = true
	}
}

// Of is the language of a file by its name, or by the first line of it where that names a
// program; nil where none is known.
func Of(name, first string) *Language {
	base := strings.ToLower(path.Base(name))
	lang := byName()[base]
	if lang == nil {
		lang = byName()[strings.TrimPrefix(path.Ext(base), ".")]
	}
	if lang == nil && strings.HasPrefix(base, "dockerfile.") {
		lang = byName()["dockerfile"]
	}
	if program, is := strings.CutPrefix(first, "#!"); lang == nil && is {
		words := strings.Fields(program)
		if len(words) > 1 && path.Base(words[0]) == "env" {
			words = words[1:]
		}
		if len(words) > 0 {
			lang = byProgram[strings.TrimRight(path.Base(words[0]), "0123456789.")]
		}
	}
	if lang != nil {
		lang.once.Do(lang.prepare)
	}
	return lang
}

// Line adds the parts of a line, which has no newline, and says what it ends within. Before
// is what the line before ended within. No two parts overlap, and they come in order. A nil
// Language knows none.
func (l *Language) Line(to []Span, text string, before State) ([]Span, State) {
	if l == nil {
		return to, State{}
	}
	at := line{Language: l, text: text, spans: to, state: before}
	l.scan(&at)
	return at.spans, at.state
}

// line is one that is read.
type line struct {
	*Language
	text  string
	at    int
	spans []Span
	state State
	next  string // the end of a text that begins with the next line
}

// put says what a part is, and goes behind it.
func (l *line) put(to int, kind Kind) {
	if kind != Plain && to > l.at {
		if n := len(l.spans); n > 0 && l.spans[n-1].To == l.at && l.spans[n-1].Kind == kind {
			l.spans[n-1].To = to
		} else {
			l.spans = append(l.spans, Span{l.at, to, kind})
		}
	}
	l.at = to
}

func (l *line) rest() string { return l.text[l.at:] }
