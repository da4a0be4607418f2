package render

import (
	"bytes"
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Markdown is a document as HTML that is safe to put into a page: tables, lists
// and code, and links that leave no trace. Raw HTML and images are left out.
// Headings begin at the third level, because a page has its own first two.
func Markdown(source string) string { return Linked(source, nil) }

// Linked is Markdown in which links lead to where another says.
func Linked(source string, where func(to string) string) string {
	var b bytes.Buffer
	plain := []byte(Plain(source))
	doc := markdown().Parser().Parse(text.NewReader(plain))
	if where != nil {
		_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if link, ok := n.(*ast.Link); ok && entering {
				link.Destination = []byte(where(string(link.Destination)))
			}
			return ast.WalkContinue, nil
		})
	}
	if err := markdown().Renderer().Render(&b, plain, doc); err != nil {
		return "" // a bytes.Buffer takes everything
	}
	return string(policy().SanitizeBytes(b.Bytes()))
}

var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(deeper{by: 2}, 500))),
	)
})

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li",
		"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[a-z0-9-]{1,20}$`)).OnElements("code")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
})

// deeper moves headings down, so that a document fits under a page's own.
type deeper struct{ by int }

func (d deeper) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(h.Level+d.by, 6)
		}
		return ast.WalkContinue, nil
	})
}

var _ parser.ASTTransformer = deeper{}
