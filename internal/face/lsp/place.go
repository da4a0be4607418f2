package lsp

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"prentice/internal/engine/procedure"
)

// text is a document in lines, whatever ends them.
type text struct {
	whole string
	lines []string
}

func textOf(s string) text {
	lines := strings.Split(strings.TrimPrefix(s, "\ufeff"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return text{s, lines}
}

func (t text) line(n int) string {
	if n < 0 || n >= len(t.lines) {
		return ""
	}
	return t.lines[n]
}

// spot turns a place of the protocol, which counts in units of UTF-16, into bytes. A
// place behind the end of a line is its end.
func (t text) spot(p position) procedure.Spot {
	line, units := t.line(p.Line), 0
	for i, r := range line {
		if units >= p.Character {
			return procedure.Spot{Line: p.Line, Byte: i}
		}
		units += width(r)
	}
	return procedure.Spot{Line: p.Line, Byte: len(line)}
}

// position turns a byte of a line into a place of the protocol.
func (t text) position(line, at int) position {
	units := 0
	for i, r := range t.line(line) {
		if i >= at {
			break
		}
		units += width(r)
	}
	return position{line, units}
}

func width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// finding is what a place of lint, which counts characters from 1, covers: the word
// there, or at least one character.
func (t text) finding(line, column int) span {
	n := min(max(line-1, 0), max(len(t.lines)-1, 0))
	s, from := t.line(n), 0
	for range column - 1 {
		if from >= len(s) {
			break
		}
		_, size := utf8.DecodeRuneInString(s[from:])
		from += size
	}
	to := from
	for to < len(s) && !strings.ContainsRune(" \t,:={}[]()\"'`", rune(s[to])) {
		to++
	}
	if to == from && to < len(s) {
		_, size := utf8.DecodeRuneInString(s[to:])
		to += size
	}
	if column <= 1 { // it is about the line
		to = len(s)
	}
	return span{t.position(n, from), t.position(n, to)}
}

// fileOf is the file of a URI; false for what is no file of this machine.
func fileOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || !filepath.IsAbs(u.Path) || strings.ContainsRune(u.Path, 0) {
		return "", false
	}
	return filepath.Clean(u.Path), true
}

func uriOf(file string) string { return (&url.URL{Scheme: "file", Path: file}).String() }
