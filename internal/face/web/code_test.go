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
		got := string(codeOf(paintOf("a.go"), view, h, true))
		if strings.Contains(got, "<script") || !strings.Contains(got, "<mark>") || !strings.Contains(got, "&amp;amp;") || !strings.Contains(got, `data-n="1" data-side="after"`) || !strings.Contains(got, "9 bytes more") {
			t.Errorf("%s: %s", view, got)
		}
	}
}

// A comment that begins on one side is one on that side alone, and a mark goes around what the
// language says; a hunk knows nothing of the one before.
func TestPartsOfLinesAreSetApartOnEachSide(t *testing.T) {
	h := diff.Hunk{Lines: []diff.Line{
		{Op: diff.Plus, New: 1, Text: "/* <b>"}, {Op: diff.Same, Old: 1, New: 2, Text: `if "a&b"`}, {Op: diff.Gone, Old: 2, Text: "var x = 10"}, {Op: diff.Plus, New: 3, Text: "*/ var x = 12"}}}
	h.Mark()
	p := paintOf("a.go")
	for view, want := range map[string][]string{
		"unified": {`<span class="tc">/* &lt;b&gt;</span>`, `<span class="tc">if &#34;a&amp;b&#34;</span>`, `<span class="tk">var</span> x = <mark><span class="tn">10</span></mark>`, `<span class="tc">*/</span>`},
		"split":   {`<td class="same"><span class="tk">if</span> <span class="ts">&#34;a&amp;b&#34;</span></td>`, `<td class="same"><span class="tc">if &#34;a&amp;b&#34;</span></td>`},
	} {
		got := string(codeOf(p, view, h, true))
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s lacks %s: %s", view, w, got)
			}
		}
	}
	if got := string(codeOf(paintOf("a.txt"), "unified", h, true)); strings.Contains(got, "<span") {
		t.Errorf("a text has words of a language: %s", got)
	}
}

func BenchmarkCode(b *testing.B) {
	h := diff.Hunk{}
	for i := range 25_000 {
		h.Lines = append(h.Lines, diff.Line{Op: diff.Gone, Old: i + 1, Text: "\tprice := 10 * count(basket, items) // <of all>"}, diff.Line{Op: diff.Plus, New: i + 1, Text: "\tprice := 12 * count(basket, items) // <of all>"})
	}
	h.Mark()
	for b.Loop() {
		codeOf(paintOf("a.go"), "unified", h, true)
	}
}
