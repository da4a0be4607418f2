package procedure

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// deepestNest is how far lists and quotations may stand within each other.
// Reading them takes time that grows with the square of it.
const deepestNest = 30

var sections = []struct {
	title   string
	section prentice.Section
}{{"Check", prentice.Check}, {"Act", prentice.Act}, {"Verify", prentice.Verify}, {"Between", prentice.Between}, {"Undo", prentice.Undo}}

var sectionTitles = []string{"Check", "Act", "Verify", "Between", "Undo"}

// page is the Markdown of the file while it is read.
type page struct {
	*reading
	source  []byte
	starts  []int // offset of each line
	before  int   // lines of the file before the Markdown
	title   string
	titleAt prentice.Pos
	section prentice.Section
	text    []string // prose under the title so far
	from    int      // first line that is not yet told
	asides  []aside

	folded   int // how many details are open
	foldedAt prentice.Pos
}

// body reads the Markdown below the front matter.
func (r *reading) body(before int) {
	if !r.flat(before) {
		return
	}
	p := &page{reading: r, before: before, source: []byte(strings.Join(r.lines[before:], "\n")), starts: []int{0}}
	for i, c := range p.source {
		if c == '\n' {
			p.starts = append(p.starts, i+1)
		}
	}
	blocks := parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))
	for n := blocks.Parse(text.NewReader(p.source)).FirstChild(); n != nil; n = n.NextSibling() {
		p.block(n)
	}
	p.tell(len(p.starts))
	p.close()
	p.tellAsides()
}

var container = regexp.MustCompile(`^[ \t]*(>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])`)

// flat refuses text that nests deeper than anyone writes.
func (r *reading) flat(before int) bool {
	for i, line := range r.lines[before:] {
		depth := 0
		for m := container.FindString(line); m != "" && depth <= deepestNest; m = container.FindString(line) {
			line, depth = line[len(m):], depth+1
		}
		if depth > deepestNest {
			r.fail(r.at(before+i+1, 1), "write it flatter", "lists and quotations stand more than %d deep", deepestNest)
			return false
		}
	}
	return true
}

func (p *page) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		p.heading(n)
	case *ast.FencedCodeBlock:
		p.fenced(n)
	case *ast.HTMLBlock:
		p.html(n)
	case *ast.Paragraph, *ast.CodeBlock:
		p.looksLikeFence(n)
		if n.Kind() == ast.KindParagraph {
			p.foldWithin(n)
		}
	default:
		p.within(n)
	}
}

// line is the number, from 0, of the line that an offset lies on.
func (p *page) line(offset int) int {
	i, found := slices.BinarySearch(p.starts, offset)
	if !found {
		i--
	}
	return max(i, 0)
}

func (p *page) pos(offset int) prentice.Pos {
	line := p.line(offset)
	return p.at(p.before+line+1, 1+utf8.RuneCount(p.source[p.starts[line]:offset]))
}

func (p *page) rawLine(line int) string {
	if line < 0 || line >= len(p.starts) {
		return ""
	}
	end := len(p.source)
	if line+1 < len(p.starts) {
		end = p.starts[line+1] - 1
	}
	return string(p.source[p.starts[line]:end])
}

// tell keeps the prose up to a line, and gives it.
func (p *page) tell(upTo int) string {
	var b strings.Builder
	for line := p.from; line < upTo; line++ {
		b.WriteString(p.rawLine(line) + "\n")
	}
	p.from = max(p.from, upTo)
	prose := strings.TrimSpace(b.String())
	if prose != "" {
		p.text = append(p.text, prose)
	}
	return prose
}

// close ends what stands under a heading.
func (p *page) close() {
	if p.title != "" || len(p.text) > 0 {
		p.proc.Sections = append(p.proc.Sections, prentice.Prose{Title: p.title, Text: strings.Join(p.text, "\n\n")})
	}
	p.text = nil
}

var hashes = regexp.MustCompile(`^ {0,3}#{1,6}([ \t]|$)`)

func (p *page) heading(n *ast.Heading) {
	line := p.line(max(n.Pos(), 0))
	p.tell(line)
	p.close()
	p.from = line + 1
	if !hashes.MatchString(p.rawLine(line)) { // a heading with a line drawn below it
		p.from = line + n.Lines().Len() + 1
	}
	title := strings.TrimSpace(string(n.Lines().Value(p.source)))
	at := p.at(p.before+line+1, 1)
	p.title, p.titleAt = title, at
	if n.Level > 2 && p.section != "" && p.sectionNamed(title, n.Level, at) == "" {
		return // a part of the section
	}
	p.section = p.sectionNamed(title, n.Level, at)
}

// sectionNamed is the section that a heading opens, or "" for prose.
func (p *page) sectionNamed(title string, level int, at prentice.Pos) prentice.Section {
	plain := strings.Trim(title, "*_:. ")
	for _, s := range sections {
		if !strings.EqualFold(plain, s.title) {
			continue
		}
		if title == s.title && level > 2 {
			p.adviseOnce(at, "write ## "+s.title, "heading %q of level %d opens the section", clip.Text(title), level)
		} else if title != s.title || level != 2 {
			p.failOnce(at, "write ## "+s.title, "heading %q is nearly the section %s", clip.Text(title), s.title)
			return s.section
		}
		if slices.ContainsFunc(p.proc.Sections, func(told prentice.Prose) bool { return told.Title == s.title }) {
			p.failOnce(at, "put its steps into the first", "section %s appears twice", s.title)
		}
		p.inSightOnce(s.title, at)
		return s.section
	}
	return ""
}

func (r *reading) failOnce(at prentice.Pos, hint, format string, args ...any) {
	if !slices.ContainsFunc(r.findings, func(f prentice.Finding) bool { return f.At == at && f.Hint == hint }) {
		r.fail(at, hint, format, args...)
	}
}

func (r *reading) adviseOnce(at prentice.Pos, hint, format string, args ...any) {
	if !slices.ContainsFunc(r.findings, func(f prentice.Finding) bool { return f.At == at && f.Hint == hint }) {
		r.advise(at, hint, format, args...)
	}
}

// fenced reads a block that stands by itself.
func (p *page) fenced(n *ast.FencedCodeBlock) {
	start := p.line(max(n.Pos(), 0))
	end := start + n.Lines().Len() + 1
	if !closes(p.rawLine(end)) {
		p.fail(p.at(p.before+start+1, 1), "end it with a line of ```", "the block is never closed")
		return
	}
	if n.Info == nil {
		if p.section != "" {
			p.aside(p.at(p.before+start+1, 1), "")
		}
		return
	}
	info := readInfo(string(n.Info.Segment.Value(p.source)))
	b := fence{info: info, at: p.pos(n.Pos()), infoAt: p.pos(n.Info.Segment.Start), infoText: string(n.Info.Segment.Value(p.source))}
	if !p.isStep(b) {
		return
	}
	b.prose = p.tell(start)
	p.from = end + 1
	b.body = string(n.Lines().Value(p.source))
	p.swallowed(b.body, p.rawLine(start), p.before+start+2)
	p.step(b)
}

func closes(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 3 && (strings.Trim(line, "`") == "" || strings.Trim(line, "~") == "")
}

// looksLikeFence refuses a line that its writer took for the beginning of a
// block, and that no forge shows as one.
func (p *page) looksLikeFence(n ast.Node) {
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		line := strings.TrimLeft(string(segment.Value(p.source)), " \t")
		if !strings.HasPrefix(line, "```") && !strings.HasPrefix(line, "~~~") {
			continue
		}
		at := p.at(p.before+p.line(segment.Start)+1, 1)
		if _, ok := n.(*ast.CodeBlock); ok {
			p.fail(at, "begin the line with ```", "the block is indented too far to be one")
			return
		}
		p.fail(at, "take the backticks behind the kind out of the line", "this line does not begin a block")
		return
	}
}

// within refuses steps inside lists and quotations: there it is not plain
// whether they are said or meant.
func (p *page) within(n ast.Node) {
	if n.Type() == ast.TypeInline {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if html, ok := c.(*ast.HTMLBlock); ok {
			p.html(html)
		}
		if c.Kind() == ast.KindParagraph || c.Kind() == ast.KindTextBlock {
			p.foldWithin(c)
		}
		if f, ok := c.(*ast.FencedCodeBlock); ok && f.Info != nil && p.section != "" {
			info := readInfo(string(f.Info.Segment.Value(p.source)))
			if p.known(info.word) || nearest.Of(info.word, p.kindNames()) != "" && !oneOf(info.word, proseWords) {
				p.fail(p.pos(f.Info.Segment.Start), "begin it at the left margin, or call it text", "a step is inside a list or a quotation")
			}
		}
		p.within(c)
	}
}
