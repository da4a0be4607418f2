package procedure

import (
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/team"
)

// Editor answers what an editor asks about the text of a procedure while someone
// writes it: what is wrong, what may stand here, what a word means, and where it is
// defined. The text may be half written; an answer may be empty, and never fails.
//
// It changes nothing and runs nothing.
type Editor struct {
	Library *Library      // the other procedures
	Catalog *team.Catalog // what may be named; nil is nothing
}

// Spot is a place in a text: a line and a byte of it, from 0.
type Spot struct{ Line, Byte int }

// Offer is a word that may stand at a spot, in place of what stands from From on.
type Offer struct {
	Word  string
	About string
	Sort  Sort
	From  int // a byte of the spot's line
}

// Sort is what an offered word is.
type Sort string

// The sorts.
const (
	SortKey      Sort = "key"
	SortKind     Sort = "kind"
	SortValue    Sort = "value"
	SortField    Sort = "field"
	SortFunction Sort = "function"
	SortVariable Sort = "variable"
	SortRef      Sort = "ref"
)

// Meaning is what a word means, as Markdown, and where in the spot's line it stands.
type Meaning struct {
	Text     string
	From, To int
}

// Findings is all that lint says of the text, as if it stood in the library.
func (e Editor) Findings(file string, text []byte, now time.Time) []prentice.Finding {
	return e.Library.Check(File{Name: file, Text: text}, now)
}

// draft is what is known of a text without judging it: inputs and steps are those that
// could be read, also when much else is wrong.
type draft struct {
	Editor
	proc  prentice.Procedure
	lines []string
}

func (e Editor) draft(file, text string) *draft {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	d := &draft{Editor: e, lines: strings.Split(text, "\n")}
	outlined, _ := outline(file, []byte(text), e.Library.kinds)
	asked := &entry{proc: outlined}
	e.Library.returning(asked)
	d.proc = asked.proc
	return d
}

// outline reads a text as Parse does, and judges nothing of it.
func outline(file string, text []byte, kinds Kinds) (prentice.Procedure, []prentice.Finding) {
	p := prentice.Procedure{File: file, Name: bareName(file), Limits: prentice.DefaultLimits()}
	r := &reading{proc: &p, kinds: kinds}
	if text, ok := r.legible(text); ok {
		r.lines = strings.Split(string(text), "\n")
		if front, rest, ok := r.halves(); ok {
			r.front(front)
			r.body(rest)
		}
	}
	return p, r.findings
}

// step is the step whose block a line belongs to; the fence's own line is one of them.
func (d *draft) step(fenceLine int) (prentice.StepSpec, bool) {
	i := slices.IndexFunc(d.proc.Steps, func(s prentice.StepSpec) bool { return s.At.Line == fenceLine+1 })
	if i < 0 {
		return prentice.StepSpec{}, false
	}
	return d.proc.Steps[i], true
}

func (d *draft) line(n int) string {
	if n < 0 || n >= len(d.lines) {
		return ""
	}
	return d.lines[n]
}
