package procedure

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/markdown"
)

// Bounds on what a procedure's file may be.
const (
	MaxBytes = 1 << 20
	MaxSteps = 200
)

// Kinds are the sorts of step that a procedure may use, beside uses, which is
// this package's own.
type Kinds []prentice.StepKind

// Parse reads a procedure. file is its name for people and places. The findings
// are sorted by place; one with Error set means that the procedure must not run.
// A procedure that cannot be read at all is still named, after its file.
func Parse(file string, text []byte, kinds Kinds) (prentice.Procedure, []prentice.Finding) {
	r := parsed(file, text, kinds)
	return *r.proc, sorted(r.findings)
}

// parsed is a procedure as it was read, with what only a library can judge.
func parsed(file string, text []byte, kinds Kinds) *reading {
	p := prentice.Procedure{File: file, Name: bareName(file), Limits: prentice.DefaultLimits()}
	r := &reading{proc: &p, kinds: kinds}
	if text, ok := r.legible(text); ok {
		p.Text, p.Digest = string(text), prentice.Digest(text)
		r.lines = strings.Split(p.Text, "\n")
		if front, rest, ok := r.halves(); ok {
			r.front(front)
			r.body(rest)
			r.whole()
		}
	}
	return r
}

// reading is one file being read: what is known so far, and what is wrong.
type reading struct {
	proc     *prentice.Procedure
	kinds    Kinds
	lines    []string // of the file
	findings []prentice.Finding
	values   []value           // CEL that waits until all inputs are known
	late     []value           // of them, those that speak of what calls return
	ofCalls  []ofCall          // variables of scripts that a call has to set
	judged   bool              // the procedures that are called are known
	returns  []string          // then what they return, of checks and acts
	schemas  map[string]string // of JSON that steps hand on, by name
}

func (r *reading) at(line, column int) prentice.Pos {
	return prentice.Pos{File: r.proc.File, Line: line, Column: column}
}

func (r *reading) fail(at prentice.Pos, hint, format string, args ...any) {
	r.findings = append(r.findings, prentice.Finding{At: at, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *reading) advise(at prentice.Pos, hint, format string, args ...any) {
	r.findings = append(r.findings, prentice.Finding{At: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// legible is the text with line ends of one sort; false if no one could read it.
func (r *reading) legible(text []byte) ([]byte, bool) {
	text, wrong := markdown.Legible(text, MaxBytes)
	return text, !r.faulty(wrong)
}

// halves splits the file at the two lines of dashes. rest is the number of
// lines before the Markdown.
func (r *reading) halves() (front string, rest int, ok bool) {
	front, rest, wrong := markdown.Halves(r.lines, "procedure")
	return front, rest, !r.faulty(wrong)
}

func (r *reading) faulty(wrong *markdown.Fault) bool {
	if wrong != nil {
		r.fail(r.at(wrong.Line, wrong.Column), wrong.Hint, "%s", wrong.Text)
	}
	return wrong != nil
}

func bareName(file string) string {
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if prentice.ValidName(name) {
		return name
	}
	return "unnamed"
}

func sorted(findings []prentice.Finding) []prentice.Finding {
	slices.SortStableFunc(findings, func(a, b prentice.Finding) int {
		switch {
		case a.At.File != b.At.File:
			return strings.Compare(a.At.File, b.At.File)
		case a.At.Line != b.At.Line:
			return a.At.Line - b.At.Line
		default:
			return a.At.Column - b.At.Column
		}
	})
	return findings
}

// firstError is the first finding that keeps a procedure from running.
func firstError(findings []prentice.Finding) (prentice.Finding, bool) {
	if all := errorsOf(findings); len(all) > 0 {
		return all[0], true
	}
	return prentice.Finding{}, false
}

func errorsOf(findings []prentice.Finding) []prentice.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f prentice.Finding) bool { return !f.Error })
}
