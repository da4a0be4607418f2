package team

import (
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// File is one file of the folder. Load reads its text, and that of a file that is
// not there as an empty one; with an error among the findings, nothing was read.
type File[T any] struct {
	Name   string
	Load   func(file string, text []byte) (T, []prentice.Finding)
	Unread Unread
}

// Unread is what holds when a file has an error and was never read without one.
type Unread struct {
	IsEmpty   bool // it holds as if it were empty; otherwise no one knows what it says
	HoldsBack bool // nothing is acted on: no one knows what it forbids
}

// Read is what the file in a folder says.
func (f File[T]) Read(dir string) (said T, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, f.Name))
	if err != nil && !os.IsNotExist(err) {
		return said, prentice.Errorf(prentice.Unavailable, "%s: %w", strings.TrimSuffix(f.Name, ".yaml"), err)
	}
	said, findings := f.Load(f.Name, raw)
	return said, FirstError(findings)
}

// Check looks over a text without taking anything from it.
func (f File[T]) Check(file string, text []byte) []prentice.Finding {
	_, findings := f.Load(file, text)
	return findings
}

// Empty is what a file says that is not there.
func (f File[T]) Empty() T {
	said, _ := f.Load(f.Name, nil)
	return said
}

// FirstError is the first finding that is an error, as one, or nil.
func FirstError(findings []prentice.Finding) error {
	for _, f := range findings {
		if f.Error {
			return prentice.Errorf(prentice.Invalid, "%s", f.Text).In(f.At).Try("%s", f.Hint)
		}
	}
	return nil
}

// Findings are the problems of a strict reader, each an error at its place in a
// file. Of none it is nil.
func Findings(file string, problems []strict.Problem) []prentice.Finding {
	var findings []prentice.Finding
	for _, p := range problems {
		findings = append(findings, prentice.Finding{At: prentice.Pos{File: file, Line: p.Line, Column: p.Column}, Error: true, Text: p.Text, Hint: p.Hint})
	}
	return findings
}

// Ref reads a ref as the catalog writes it, or a bare name of a kind.
func Ref(r *strict.Reader, n *strict.Node, key, kind string) prentice.Ref {
	if n == nil {
		return ""
	}
	text := r.Text(n, key)
	if !strings.ContainsAny(text, ":/") {
		text = kind + "/" + text
	}
	ref, err := prentice.ParseRef(strings.Replace(text, ":", "/", 1))
	if err != nil {
		r.Wrong(n, "write a name, or a ref such as group:ops", "%s is %q", key, clip.Text(text))
	}
	return ref
}
