package pipeline

import (
	"path"
	"strings"

	"prentice"
	"prentice/internal/kit/markdown"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// Read reads a check. With an error among the findings there is no check.
func Read(file string, text []byte) (Check, []prentice.Finding) {
	r := &reading{check: Check{File: file, Timeout: DefaultTimeout}}
	legible, wrong := markdown.Legible(text, MaxBytes)
	if r.faulty(wrong) {
		return Check{}, r.findings
	}
	r.check.Text, r.check.Digest = string(legible), prentice.Digest(legible)
	lines := strings.Split(r.check.Text, "\n")
	front, before, wrong := markdown.Halves(lines, "check")
	if r.faulty(wrong) {
		return Check{}, r.findings
	}
	r.front(front)
	r.body(lines, before)
	if len(r.findings) > 0 {
		return Check{}, r.findings
	}
	return r.check, nil
}

// reading is one file being read.
type reading struct {
	check    Check
	heading  string // the last one
	findings []prentice.Finding
}

func (r *reading) wrong(line, column int, hint, text string) {
	at := prentice.Pos{File: r.check.File, Line: max(line, 1), Column: max(column, 1)}
	r.findings = append(r.findings, prentice.Finding{At: at, Error: true, Text: text, Hint: hint})
}

func (r *reading) faulty(f *markdown.Fault) bool {
	if f != nil {
		r.wrong(f.Line, f.Column, f.Hint, f.Text)
	}
	return f != nil
}

// front reads the front matter.
func (r *reading) front(text string) {
	s := strict.Reader{Near: nearest.Of}
	top := s.Document([]byte(text))
	if top == nil && len(s.Problems) == 0 {
		s.Wrong(nil, "write check: NAME and summary: what it proves", "the front matter is empty")
	}
	if top != nil {
		(&front{&s, &r.check}).read(top)
	}
	for _, p := range s.Problems {
		r.wrong(max(p.Line, 2), p.Column, p.Hint, p.Text)
	}
}

// bareName is the name of a file without its folder and ending.
func bareName(file string) string { return strings.TrimSuffix(path.Base(file), ".md") }
