// Package markdown reads Markdown files that people write and programs act on: YAML
// between two lines of dashes, then headings, prose and fenced blocks.
//
// Its words: the front is the YAML, the body is the Markdown below it, and a fault is
// what keeps a file from being read, with its place and what to do.
//
// It refuses what people would read as something else than a program does: hidden
// characters, bytes that are no UTF-8, line ends within a line, and nests that no one
// writes.
package markdown

import "fmt"

// Fault is why a text cannot be read.
type Fault struct {
	Line, Column int
	Text, Hint   string
}

func fault(line int, hint, format string, args ...any) *Fault {
	return &Fault{Line: line, Column: 1, Text: fmt.Sprintf(format, args...), Hint: hint}
}
