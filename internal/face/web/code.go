package web

import (
	"html/template"
	"strconv"
	"strings"

	"prentice/internal/kit/diff"
	"prentice/internal/kit/syntax"
)

// paint sets the parts of the lines of one file apart: of those before and those after, each
// as they follow.
type paint struct {
	lang  *syntax.Language
	state [2]syntax.State
	spans []syntax.Span
}

// paintOf is for a file of a name; the first of its lines may say what it is written in.
func paintOf(name string, first ...string) *paint {
	return &paint{lang: syntax.Of(name, strings.Join(first, ""))}
}

// next are the parts of the next line of a side, until they are asked for again.
func (p *paint) next(side int, text string) []syntax.Span {
	p.spans, p.state[side] = p.lang.Line(p.spans[:0], text, p.state[side])
	return p.spans
}

// both are those of a line that is the same on both sides.
func (p *paint) both(text string) []syntax.Span {
	if p.state[0] == p.state[1] {
		spans := p.next(1, text)
		p.state[0] = p.state[1]
		return spans
	}
	p.next(0, text)
	return p.next(1, text)
}

// classes are how the stylesheet calls the kinds.
var classes = [...]string{syntax.Comment: "tc", syntax.String: "ts", syntax.Number: "tn", syntax.Keyword: "tk", syntax.Name: "ta", syntax.Meta: "tm"}

// writePart writes the part of a text from one byte to another.
func writePart(b *strings.Builder, text string, from, to int, spans []syntax.Span) {
	for _, s := range spans {
		if s.To <= from || s.From >= to {
			continue
		}
		begin, end := max(s.From, from), min(s.To, to)
		writeText(b, text[from:begin])
		b.WriteString(`<span class="` + classes[s.Kind] + `">`)
		writeText(b, text[begin:end])
		b.WriteString(`</span>`)
		from = end
	}
	writeText(b, text[from:to])
}

// writeText escapes a text; most have nothing to escape.
func writeText(b *strings.Builder, text string) {
	if !strings.ContainsAny(text, "&<>\"'\x00") {
		b.WriteString(text)
		return
	}
	b.WriteString(template.HTMLEscapeString(text))
}

// codeOf is the rows of a run of lines that were changed, under each other or side by side.
// It is written here and not in a template because there may be tens of thousands of them.
// What steers a terminal or turns the direction of reading is written out with the page.
// Where a hunk begins, nothing is known of the line before.
func codeOf(p *paint, view string, h diff.Hunk, begins bool) template.HTML {
	var b strings.Builder
	if begins {
		p.state = [2]syntax.State{}
	}
	if view == "split" {
		for _, r := range h.Rows() {
			writeRow(&b, r, p)
		}
	} else {
		for i := range h.Lines {
			l := &h.Lines[i]
			b.WriteString(`<tr class="` + kindOfLine(l) + `">`)
			writeNumber(&b, l.Old, "before")
			writeNumber(&b, l.New, "after")
			switch l.Op {
			case diff.Same:
				writeLine(&b, l, p.both(l.Text))
			case diff.Gone:
				writeLine(&b, l, p.next(0, l.Text))
			default:
				writeLine(&b, l, p.next(1, l.Text))
			}
			b.WriteString("</tr>\n")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped
}

func writeRow(b *strings.Builder, r diff.Row, p *paint) {
	b.WriteString("<tr>")
	for which, side := range []struct {
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
		writeLine(b, l, p.next(which, l.Text))
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

func writeLine(b *strings.Builder, l *diff.Line, spans []syntax.Span) {
	b.WriteString(`<td class="` + kindOfLine(l) + `">`)
	at := 0
	for _, m := range l.Marks {
		writePart(b, l.Text, at, m.From, spans)
		b.WriteString("<mark>")
		writePart(b, l.Text, m.From, m.To, spans)
		b.WriteString("</mark>")
		at = m.To
	}
	writePart(b, l.Text, at, len(l.Text), spans)
	if rest := l.Rest(); rest != "" {
		b.WriteString(`<span class="quiet">` + template.HTMLEscapeString(rest) + `</span>`)
	}
	b.WriteString("</td>")
}
