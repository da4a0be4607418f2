package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestALineOfAChangeIsCommentedOnWhereItStands(t *testing.T) {
	site := openStorybook(t).Full
	b := browser(t)
	said := complaints(b)
	b.do(cookie(site, "olga"), chromedp.Navigate(site+"/changes/12"), chromedp.WaitReady("#files"))
	b.do(chromedp.Click(`td.n.pick[data-n="11"][data-side="after"]`))
	see(b, until(`document.querySelector("#file-0 details.say").open`))
	if got := see(b, chromedp.Evaluate[string](`(function () { var f = document.querySelector("#file-0 details.say"); return f.querySelector("[name=line]").value + f.querySelector("[name=side]").value + f.previousElementSibling.rows[f.previousElementSibling.rows.length - 1].cells[2].textContent.trim() })()`)); got != "11afterfor t := range b.once {" {
		t.Errorf("the form is for %q", got)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.do(chromedp.KeyEvent("n"))
	see(b, until(`document.activeElement.id.startsWith("name-")`))
	b.do(chromedp.KeyEvent("r"))
	see(b, until(`document.activeElement.id === "say"`))
	if html := see(b, chromedp.Evaluate[string](`document.querySelector("#files").innerHTML`)); strings.Contains(html, "<script>") {
		t.Error("what a change holds is a script of the page")
	}
	if said := said(); len(said) > 0 {
		t.Errorf("the browser complained: %s", strings.Join(said, "; "))
	}
}
