package standard

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"prentice/internal/engine/check"
)

// Text is one file while it is looked at. What is worked out of it is worked out once.
type Text struct {
	check.File
	Bytes []byte
	View  *View

	lines   []string
	decoded *decoded
}

// Base is the file's name without its folders, Ext what it ends with, in small letters.
func (t *Text) Base() string { return path.Base(t.Path) }
func (t *Text) Ext() string  { return strings.ToLower(path.Ext(t.Path)) }

// sniffed is how much of a file tells whether it is text.
const sniffed = 8000

// Binary says whether the content is no text, as git judges it: by a NUL byte near the
// beginning.
func (t *Text) Binary() bool {
	return bytes.IndexByte(t.Bytes[:min(len(t.Bytes), sniffed)], 0) >= 0
}

// UTF8 says whether it is text that can be read.
func (t *Text) UTF8() bool { return utf8.Valid(t.Bytes) }

// Lines are the lines, without their ends.
func (t *Text) Lines() []string {
	if t.lines == nil {
		t.lines = strings.Split(strings.ReplaceAll(string(t.Bytes), "\r\n", "\n"), "\n")
	}
	return t.lines
}

// LineAt is the number, from 1, of the line that an offset lies on.
func (t *Text) LineAt(offset int) int {
	return 1 + bytes.Count(t.Bytes[:min(max(offset, 0), len(t.Bytes))], []byte("\n"))
}

// mostSaw is how much of a line a finding shows.
const mostSaw = 160

// At is a finding in a line.
func (t *Text) At(line int, says string) check.Finding {
	f := check.Finding{Path: t.Path, Line: line, Says: says}
	if lines := t.Lines(); line >= 1 && line <= len(lines) {
		f.Saw = Shown(lines[line-1])
	}
	return f
}

// Of is a finding about the file as a whole.
func (t *Text) Of(says string) check.Finding { return check.Finding{Path: t.Path, Says: says} }

// Shown is a piece of a file as a finding may show it: one line, bounded, and nothing in
// it that steers a terminal.
func Shown(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > mostSaw {
		s = s[:mostSaw] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}
