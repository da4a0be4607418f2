package procedure

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"prentice"
)

// shownTags are the tags of HTML that show what stands in them, without leave to
// move it or to hide it. details is folded away until someone opens it: no step
// may stand in it.
var shownTags = []string{"details", "summary", "br", "hr", "p", "div", "center", "b", "i", "em", "strong", "code", "kbd", "sub", "sup", "a", "img", "picture", "source",
	"table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li"}

var (
	tag       = regexp.MustCompile(`<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))?)*)\s*/?>`)
	tagAttr   = regexp.MustCompile(`([A-Za-z-]+)(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))?`)
	someTag   = regexp.MustCompile(`<[A-Za-z/!?]`)
	codeSpan  = regexp.MustCompile("`+[^`]*`+")
	folding   = regexp.MustCompile(`(?i)<(/?)details\b`)
	plainAttr = []string{"href", "name", "id", "src", "alt", "title", "align", "width", "height", "open", "srcset", "media"}
)

// html refuses what hides or moves text. A comment is only left out, and all
// who show Markdown agree about where it ends; tags that only show are prose.
func (p *page) html(n *ast.HTMLBlock) {
	at := p.pos(max(n.Pos(), 0))
	if n.HTMLBlockType == ast.HTMLBlockType2 {
		if !bytes.Contains(p.Source[max(n.Pos(), 0):], []byte("-->")) {
			p.fail(at, "end it with -->", "the comment is never closed")
		}
		return
	}
	text := string(n.Lines().Value(p.Source))
	if n.HTMLBlockType != ast.HTMLBlockType6 && n.HTMLBlockType != ast.HTMLBlockType7 || !onlyShows(text) {
		p.fail(at, "write it in Markdown", "HTML is not read: it could hide from people what prentice runs")
		return
	}
	for line := range strings.Lines(text) {
		if fenceOf(line) != "" {
			p.fail(at, "leave a line empty before the block", "a block within HTML is not one")
			return
		}
	}
	p.fold(text, at)
}

// onlyShows says whether HTML has only tags and attributes that show.
func onlyShows(text string) bool {
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(shownTags, strings.ToLower(m[2])) {
			return false
		}
		for _, a := range tagAttr.FindAllStringSubmatch(m[3], -1) {
			if !slices.Contains(plainAttr, strings.ToLower(a[1])) {
				return false
			}
		}
	}
	return !someTag.MatchString(tag.ReplaceAllString(text, ""))
}

// fold counts the details that are open.
func (p *page) fold(text string, at prentice.Pos) {
	for _, m := range folding.FindAllStringSubmatch(text, -1) {
		switch {
		case m[1] == "/":
			p.folded = max(0, p.folded-1)
		default:
			if p.folded == 0 {
				p.foldedAt = at
			}
			p.folded++
		}
	}
}

// foldWithin looks for details in the lines of a paragraph, where they count too.
func (p *page) foldWithin(n ast.Node) {
	if n.Type() == ast.TypeInline || n.Lines() == nil || n.Lines().Len() == 0 {
		return
	}
	text := codeSpan.ReplaceAllString(string(n.Lines().Value(p.Source)), "")
	p.fold(text, p.at(p.Before+p.Line(n.Lines().At(0).Start)+1, 1))
}

// inSight refuses a step, or a section, that is folded away.
func (p *page) inSight(what string, at prentice.Pos) bool {
	if p.folded == 0 {
		return true
	}
	p.fail(at, "close <details> before it, with a line of </details>, or call the block text", "%s is within the <details> of line %d, where people do not see it", what, p.foldedAt.Line)
	return false
}

// inSightOnce is inSight for a section.
func (p *page) inSightOnce(title string, at prentice.Pos) {
	if p.folded > 0 {
		p.failOnce(at, "close <details> before it, with a line of </details>", "section %s is within the <details> of line %d, where people do not see it", title, p.foldedAt.Line)
	}
}
