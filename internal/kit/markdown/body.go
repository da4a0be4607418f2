package markdown

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// deepestNest is how far lists and quotations may stand within each other.
// Reading them takes time that grows with the square of it.
const deepestNest = 30

// Body is the Markdown of a file. Its lines count from 0.
type Body struct {
	Source []byte
	Before int   // lines of the file before the Markdown
	Starts []int // offset of each line
}

// Read is the body of a file's lines, from the first after its front.
func Read(lines []string, before int) (Body, *Fault) {
	if wrong := flat(lines, before); wrong != nil {
		return Body{}, wrong
	}
	b := Body{Source: []byte(strings.Join(lines[before:], "\n")), Before: before, Starts: []int{0}}
	for i, c := range b.Source {
		if c == '\n' {
			b.Starts = append(b.Starts, i+1)
		}
	}
	return b, nil
}

var container = regexp.MustCompile(`^[ \t]*(>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])`)

// flat refuses text that nests deeper than anyone writes.
func flat(lines []string, before int) *Fault {
	for i, line := range lines[before:] {
		depth := 0
		for m := container.FindString(line); m != "" && depth <= deepestNest; m = container.FindString(line) {
			line, depth = line[len(m):], depth+1
		}
		if depth > deepestNest {
			return fault(before+i+1, "write it flatter", "lists and quotations stand more than %d deep", deepestNest)
		}
	}
	return nil
}

// Blocks is the document: its children are headings, paragraphs, fenced blocks and the
// like. What stands within a line is not read.
func (b Body) Blocks() ast.Node {
	return parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...)).Parse(text.NewReader(b.Source))
}

// Line is the number of the line that an offset lies on.
func (b Body) Line(offset int) int {
	i, found := slices.BinarySearch(b.Starts, offset)
	if !found {
		i--
	}
	return max(i, 0)
}

// Place is where an offset lies in the file: its line and column, from 1.
func (b Body) Place(offset int) (line, column int) {
	line = b.Line(offset)
	return b.Before + line + 1, 1 + utf8.RuneCount(b.Source[b.Starts[line]:offset])
}

// Raw is a line as it is written.
func (b Body) Raw(line int) string {
	if line < 0 || line >= len(b.Starts) {
		return ""
	}
	end := len(b.Source)
	if line+1 < len(b.Starts) {
		end = b.Starts[line+1] - 1
	}
	return string(b.Source[b.Starts[line]:end])
}

// Fenced is the first and the last line of a fenced block, its fences among them, and
// whether it is closed.
func (b Body) Fenced(n *ast.FencedCodeBlock) (start, end int, closed bool) {
	start = b.Line(max(n.Pos(), 0))
	end = start + n.Lines().Len() + 1
	return start, end, closes(b.Raw(end))
}

func closes(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 3 && (strings.Trim(line, "`") == "" || strings.Trim(line, "~") == "")
}
