package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestThePaletteGoesWhereItIsToldByKeysAlone(t *testing.T) {
	b := browser(t)
	said := complaints(b)
	site := openStorybook(t).Full
	b.do(cookie(site, "ann"), chromedp.Navigate(site+"/limits"), chromedp.WaitReady("main"))
	here := func() string { return see(b, chromedp.Evaluate[string](`location.pathname`)) }
	active := func() string {
		return see(b, chromedp.Evaluate[string](`(document.getElementById(document.querySelector("[data-find]").getAttribute("aria-activedescendant")) || {textContent: ""}).textContent.trim()`))
	}

	b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)), chromedp.WaitVisible("#offers li")) // with Ctrl
	if is := see(b, chromedp.Evaluate[string](`document.querySelector("[data-find]").getAttribute("aria-expanded")`)); is != "true" {
		t.Errorf("expanded is %q", is)
	}
	b.do(chromedp.KeyEvent("checkout"), chromedp.WaitVisible(`#offers li[aria-selected="true"][data-href="/services/checkout"]`))
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	if second := active(); second == "" || strings.HasPrefix(second, "Go to") {
		t.Errorf("the arrow chose %q", second)
	}
	b.do(chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#service-head"))
	if at := here(); at != "/services/checkout" {
		t.Errorf("Enter led to %s", at)
	}

	b.do(chromedp.KeyEvent("/"), chromedp.WaitVisible("#offers li"), chromedp.KeyEvent(kb.Escape))
	if open := see(b, chromedp.Evaluate[bool](`!document.getElementById("offers").hidden`)); open {
		t.Error("Escape leaves the list open")
	}
	if at := here(); at != "/services/checkout" {
		t.Errorf("Escape led to %s", at)
	}
	if list := said(); len(list) > 0 {
		t.Errorf("the browser complains: %q", list)
	}
}
