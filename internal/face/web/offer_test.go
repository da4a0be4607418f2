package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestWhatIsTypedIsOfferedToThoseWhoMaySeeIt(t *testing.T) {
	w := storybook(t, true).as("ann")
	for q, want := range map[string]string{
		"":        `data-href="/runs"`,
		"limi":    `data-href="/limits"`,
		"check":   `data-href="/services/checkout"`,
		"41":      `data-href="/runs/41"`,
		"restart": `data-href="/procedures/restart-service"`,
	} {
		if body := w.get("/find/offers?q=" + q).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%q is not offered %s in\n%s", q, want, body)
		}
	}
	if body := w.get("/find/offers?q=zz+zz").Body.String(); strings.TrimSpace(body) != "" {
		t.Errorf("nothing is offered as %q", body)
	}
	if body := w.get("/find/offers?q=%3Cscript%3E").Body.String(); strings.Contains(body, "<script") {
		t.Errorf("what was typed is part of the page: %q", body)
	}
	if got := storybook(t, true).get("/find/offers?q=check"); got.Code == 200 {
		t.Error("a stranger is offered something")
	}
}

func TestThePaletteGoesWhereItIsToldByKeysAlone(t *testing.T) {
	b := browser(t)
	said := complaints(b)
	server := httptest.NewServer(storybook(t, true).site)
	defer server.Close()
	b.do(cookie(server.URL, "ann"), chromedp.Navigate(server.URL+"/limits"), chromedp.WaitReady("main"))
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
