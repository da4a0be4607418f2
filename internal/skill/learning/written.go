package learning

import (
	_ "embed"
	"fmt"
	"html"
	"regexp"
	"strings"

	"prentice/internal/kit/render"
)

//go:embed written.css
var style string

var (
	special   = regexp.MustCompile("[\\\\`*_\\[\\]<>#|~&@]")
	beginning = regexp.MustCompile(`^(?:[-+=]|\d+[.)])`)
	address   = regexp.MustCompile(`://|\bwww\.`)
	escaped   = regexp.MustCompile("\\\\([\\\\`*_\\[\\]<>#|~&@:.)=+-])")
)

// quoted is a text from elsewhere as Markdown shows it: on one line, and no part of it
// means anything but itself.
func quoted(text string) string {
	text = special.ReplaceAllString(plainLine(text), `\$0`)
	text = address.ReplaceAllStringFunc(text, func(s string) string {
		return strings.NewReplacer("://", `\://`, "www.", `www\.`).Replace(s)
	})
	return beginning.ReplaceAllStringFunc(text, func(s string) string { return s[:len(s)-1] + `\` + s[len(s)-1:] })
}

// unquoted is Markdown as it reads, without what quoted put in.
func unquoted(text string) string { return escaped.ReplaceAllString(text, "$1") }

func plainLine(text string) string { return strings.Join(strings.Fields(render.Plain(text)), " ") }

// Document is what is explained as Markdown.
func (e Explained) Document() string { return strings.TrimSpace(e.Markdown) + "\n" }

// HTML is what is explained as one page that needs nothing else, for a browser or for
// paper.
func (e Explained) HTML() string {
	var b strings.Builder
	title := html.EscapeString(e.Title)
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", title, style, title)
	if e.Of != "" {
		fmt.Fprintf(&b, "<p>The role asks to %s.</p>\n", html.EscapeString(e.Of))
	}
	e.contents(&b)
	for i, p := range e.Parts {
		fmt.Fprintf(&b, "<section id=\"part-%d\">\n<h2>%s</h2>\n%s</section>\n", i+1, html.EscapeString(p.Title), render.Markdown(p.Prose()))
	}
	if len(e.Parts) == 0 {
		_, body, _ := strings.Cut(e.Markdown, "\n")
		b.WriteString(render.Markdown(body))
	}
	for i, q := range e.Questions {
		if i == 0 {
			b.WriteString("<h2>Questions</h2>\n")
		}
		fmt.Fprintf(&b, "<details><summary>%s</summary><p>%s</p></details>\n", html.EscapeString(q.Ask), html.EscapeString(q.Answer))
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.String()
}

// contents leads to the parts, where there are several.
func (e Explained) contents(b *strings.Builder) {
	if len(e.Parts) < 2 {
		return
	}
	b.WriteString("<nav aria-label=\"Contents\"><ul>\n")
	for i, p := range e.Parts {
		fmt.Fprintf(b, "<li><a href=\"#part-%d\">%s</a></li>\n", i+1, html.EscapeString(p.Title))
	}
	b.WriteString("</ul></nav>\n")
}
