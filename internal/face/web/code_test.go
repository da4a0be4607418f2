package web

import (
	"strings"
	"testing"

	"prentice/internal/kit/diff"
)

func TestLinesOfAChangeAreTextAndNothingElse(t *testing.T) {
	h := diff.Hunk{Lines: []diff.Line{
		{Op: diff.Gone, Old: 1, Text: `<script>one</script>`}, {Op: diff.Plus, New: 1, Text: `<script>"two"</script>`}, {Op: diff.Plus, New: 2, Text: "long", Cut: 9}, {Op: diff.Same, Old: 2, New: 3, Text: "&amp;"}}}
	h.Mark()
	for _, view := range []string{"unified", "split"} {
		got := string(codeOf(view, h))
		if strings.Contains(got, "<script") || !strings.Contains(got, "<mark>") || !strings.Contains(got, "&amp;amp;") || !strings.Contains(got, `data-n="1" data-side="after"`) || !strings.Contains(got, "9 bytes more") {
			t.Errorf("%s: %s", view, got)
		}
	}
}

func BenchmarkCode(b *testing.B) {
	h := diff.Hunk{}
	for i := range 25_000 {
		h.Lines = append(h.Lines, diff.Line{Op: diff.Gone, Old: i + 1, Text: "\tprice := 10 * count(basket, items) // <of all>"}, diff.Line{Op: diff.Plus, New: i + 1, Text: "\tprice := 12 * count(basket, items) // <of all>"})
	}
	h.Mark()
	for b.Loop() {
		codeOf("unified", h)
	}
}
