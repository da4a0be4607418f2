package procedure

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice"
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
	return p, sorted(r.findings)
}

// reading is one file being read: what is known so far, and what is wrong.
type reading struct {
	proc     *prentice.Procedure
	kinds    Kinds
	lines    []string // of the file
	findings []prentice.Finding
	values   []value           // CEL that waits until all inputs are known
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
// Line ends must not change a digest: git may rewrite them on the way.
func (r *reading) legible(text []byte) ([]byte, bool) {
	switch {
	case len(text) > MaxBytes:
		r.fail(r.at(1, 1), "split it, or move long scripts into the repository", "the file has %d bytes; at most %d are read", len(text), MaxBytes)
		return nil, false
	case bytes.IndexByte(text, 0) >= 0:
		line := 1 + bytes.Count(text[:bytes.IndexByte(text, 0)], []byte("\n"))
		r.fail(r.at(line, 1), "take it out", "the file holds a NUL byte")
		return nil, false
	case !utf8.Valid(text):
		line := 1 + bytes.Count(text[:firstInvalid(text)], []byte("\n"))
		r.fail(r.at(line, 1), "save the file as UTF-8", "the file is not UTF-8")
		return nil, false
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if at := bytes.IndexByte(text, '\r'); at >= 0 {
		r.fail(r.at(1+bytes.Count(text[:at], []byte("\n")), 1), "end lines with a line feed", "a carriage return is within a line")
		return nil, false
	}
	if at := bytes.IndexFunc(text, unseen); at >= 0 {
		c, _ := utf8.DecodeRune(text[at:])
		r.fail(r.at(1+bytes.Count(text[:at], []byte("\n")), 1), "take it out: people would read something else than runs", "the file holds the hidden character %U", c)
		return nil, false
	}
	return text, true
}

// unseen says whether a character steers what is shown around it: the control
// characters of terminals, and those that turn the direction of reading
// (https://trojansource.codes).
func unseen(c rune) bool {
	switch {
	case c == '\n' || c == '\t':
		return false
	case unicode.IsControl(c):
		return true
	}
	return c == '\u061c' || c == '\u200b' || c == '\u200e' || c == '\u200f' || c == '\ufeff' ||
		c >= '\u202a' && c <= '\u202e' || c >= '\u2060' && c <= '\u2069' || c == '\u2028' || c == '\u2029'
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// halves splits the file at the two lines of dashes. rest is the number of
// lines before the Markdown.
func (r *reading) halves() (front string, rest int, ok bool) {
	const hint = "begin the file with ---, then procedure: NAME, then ---"
	if strings.TrimRight(r.lines[0], " \t") != "---" {
		r.fail(r.at(1, 1), hint, "the file has no front matter")
		return "", 0, false
	}
	for i, line := range r.lines[1:] {
		if strings.TrimRight(line, " \t") == "---" {
			return "\n" + strings.Join(r.lines[1:i+1], "\n") + "\n", i + 2, true
		}
	}
	r.fail(r.at(1, 1), "end it with a line of three dashes", "the front matter has no end")
	return "", 0, false
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
