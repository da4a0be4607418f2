package procedure

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/markdown"
	"prentice/internal/kit/nearest"
)

var sections = []struct {
	title   string
	section prentice.Section
}{{"Check", prentice.Check}, {"Act", prentice.Act}, {"Verify", prentice.Verify}, {"Between", prentice.Between}, {"Undo", prentice.Undo}}

var sectionTitles = []string{"Check", "Act", "Verify", "Between", "Undo"}

// page is the Markdown of the file while it is read.
type page struct {
	*reading
	markdown.Body
	title   string
	titleAt prentice.Pos
	section prentice.Section
	under   []deciding // the headings that decide about what comes, the outermost first
	text    []string   // prose under the title so far
	from    int        // first line that is not yet told
	asides  []aside

	folded   int // how many details are open
	foldedAt prentice.Pos
}

// body reads the Markdown below the front matter.
func (r *reading) body(before int) {
	md, wrong := markdown.Read(r.lines, before)
	if r.faulty(wrong) {
		return
	}
	p := &page{reading: r, Body: md}
	for n := md.Blocks().FirstChild(); n != nil; n = n.NextSibling() {
		p.block(n)
	}
	p.tell(len(p.Starts))
	p.endHeadings(0)
	p.close()
	p.tellAsides()
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

func (p *page) pos(offset int) prentice.Pos { return p.at(p.Place(offset)) }

// tell keeps the prose up to a line, and gives it.
func (p *page) tell(upTo int) string {
	var b strings.Builder
	for line := p.from; line < upTo; line++ {
		b.WriteString(p.Raw(line) + "\n")
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
	line := p.Line(max(n.Pos(), 0))
	p.tell(line)
	p.close()
	p.from = line + 1
	if !hashes.MatchString(p.Raw(line)) { // a heading with a line drawn below it
		p.from = line + n.Lines().Len() + 1
	}
	title, decides := dividedTitle(strings.TrimSpace(string(n.Lines().Value(p.Source))))
	at := p.at(p.Before+line+1, 1)
	p.title, p.titleAt = title, at
	if n.Level <= 2 || p.section == "" || p.sectionNamed(title, n.Level, at) != "" { // not a part of the section
		p.section = p.sectionNamed(title, n.Level, at)
		p.endHeadings(0)
	}
	p.endHeadings(n.Level)
	if decides != "" {
		p.deciding(n.Level, at, decides)
	}
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
	start, end, closed := p.Fenced(n)
	if !closed {
		p.fail(p.at(p.Before+start+1, 1), "end it with a line of ```", "the block is never closed")
		return
	}
	if n.Info == nil {
		if p.section != "" {
			p.aside(p.at(p.Before+start+1, 1), "")
		}
		return
	}
	info := readInfo(string(n.Info.Segment.Value(p.Source)))
	b := fence{info: info, at: p.pos(n.Pos()), infoAt: p.pos(n.Info.Segment.Start), infoText: string(n.Info.Segment.Value(p.Source))}
	if !p.isStep(b) {
		return
	}
	b.prose = p.tell(start)
	p.from = end + 1
	b.body = string(n.Lines().Value(p.Source))
	p.swallowed(b.body, p.Raw(start), p.Before+start+2)
	p.step(b)
}

// looksLikeFence refuses a line that its writer took for the beginning of a
// block, and that no forge shows as one.
func (p *page) looksLikeFence(n ast.Node) {
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		line := strings.TrimLeft(string(segment.Value(p.Source)), " \t")
		if !strings.HasPrefix(line, "```") && !strings.HasPrefix(line, "~~~") {
			continue
		}
		at := p.at(p.Before+p.Line(segment.Start)+1, 1)
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
			info := readInfo(string(f.Info.Segment.Value(p.Source)))
			if p.known(info.word) || nearest.Of(info.word, p.kindNames()) != "" && !oneOf(info.word, proseWords) {
				p.fail(p.pos(f.Info.Segment.Start), "begin it at the left margin, or call it text", "a step is inside a list or a quotation")
			}
		}
		p.within(c)
	}
}
