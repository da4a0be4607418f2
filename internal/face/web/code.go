package web

import (
	"html/template"
	"strconv"
	"strings"

	"prentice/internal/kit/diff"
)

// codeOf is the rows of a run of lines that were changed, under each other or side by side.
// It is written here and not in a template because there may be tens of thousands of them.
// What steers a terminal or turns the direction of reading is written out with the page.
func codeOf(view string, h diff.Hunk) template.HTML {
	var b strings.Builder
	if view == "split" {
		for _, r := range h.Rows() {
			writeRow(&b, r)
		}
	} else {
		for i := range h.Lines {
			l := &h.Lines[i]
			b.WriteString(`<tr class="` + kindOfLine(l) + `">`)
			writeNumber(&b, l.Old, "before")
			writeNumber(&b, l.New, "after")
			writeLine(&b, l)
			b.WriteString("</tr>\n")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped
}

func writeRow(b *strings.Builder, r diff.Row) {
	b.WriteString("<tr>")
	for _, side := range []struct {
		of     *diff.Line
		called string
	}{{r.Left, "before"}, {r.Right, "after"}} {
		l := side.of
		switch {
		case l == nil:
			b.WriteString(`<td class="n"></td><td class="none"></td>`)
			continue
		case side.called == "before":
			writeNumber(b, l.Old, side.called)
		default:
			writeNumber(b, l.New, side.called)
		}
		writeLine(b, l)
	}
	b.WriteString("</tr>\n")
}

func kindOfLine(l *diff.Line) string {
	switch l.Op {
	case diff.Plus:
		return "add"
	case diff.Gone:
		return "del"
	}
	return "same"
}

// writeNumber writes the number of a line so that it is not copied with the text.
func writeNumber(b *strings.Builder, n int, side string) {
	if n == 0 {
		b.WriteString(`<td class="n"></td>`)
		return
	}
	b.WriteString(`<td class="n" data-n="` + strconv.Itoa(n) + `" data-side="` + side + `"></td>`)
}

func writeLine(b *strings.Builder, l *diff.Line) {
	b.WriteString(`<td class="` + kindOfLine(l) + `">`)
	if len(l.Marks) == 0 {
		b.WriteString(template.HTMLEscapeString(l.Text))
	} else {
		for _, p := range l.Parts() {
			if p.Marked {
				b.WriteString("<mark>" + template.HTMLEscapeString(p.Text) + "</mark>")
			} else {
				b.WriteString(template.HTMLEscapeString(p.Text))
			}
		}
	}
	if rest := l.Rest(); rest != "" {
		b.WriteString(`<span class="quiet">` + template.HTMLEscapeString(rest) + `</span>`)
	}
	b.WriteString("</td>")
}
