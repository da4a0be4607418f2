package web

import (
	"html/template"
	"strings"

	"prentice/internal/kit/render"
)

// coloured is what a step printed, with its colours and no other effect.
func coloured(text string) template.HTML {
	var b strings.Builder
	for _, run := range render.Coloured(text) {
		text := template.HTMLEscapeString(run.Text)
		if classes := run.Classes(); classes != "" {
			b.WriteString(`<span class="` + classes + `">` + text + `</span>`)
			continue
		}
		b.WriteString(text)
	}
	return template.HTML(b.String()) //nolint:gosec // every text is escaped, and classes are ours
}
