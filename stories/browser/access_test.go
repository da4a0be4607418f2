package browser

import (
	_ "embed"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// access.js says what on a page cannot be reached, read, named or seen.
//
//go:embed access.js
var accessScript string

func TestEveryPageCanBeReadAndWorkedByEverybody(t *testing.T) {
	b := browser(t)
	b.do(call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	openStorybook(t).each(func(site string, s story) { examine(b, site, s) })
}

// examine looks at a page as someone with a phone sees it, and as someone at
// a desk in the dark.
func examine(b tab, address string, s story) {
	b.do(forget(), cookie(address, s.Who), chromedp.Navigate(address+s.Path), chromedp.WaitReady("main"))
	for _, look := range []struct {
		theme string
		width int64
	}{{"light", 390}, {"dark", 1280}} {
		b.do(chromedp.EmulateViewport(look.width, 800), scheme(look.theme))
		for _, wrong := range see(b, chromedp.Evaluate[[]string](accessScript)) {
			b.t.Errorf("%s, %s, %d px: %s", s.Name, look.theme, look.width, wrong)
		}
	}
}

func TestAPageWithEveryFaultIsFoundOut(t *testing.T) {
	b := browser(t)
	server := httptest.NewServer(http.FileServer(http.Dir("testdata")))
	defer server.Close()
	b.do(call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	b.do(chromedp.Navigate(server.URL+"/wrong.html"), chromedp.WaitReady("main"))
	found := strings.Join(see(b, chromedp.Evaluate[[]string](accessScript)), "\n")
	for _, want := range []string{
		"scrolls sideways by", `its title is "Wrong"`, "it has 2 h1", "a heading of level 3 follows one of level 1: <h3 id=same> Three", "id used twice: <p id=same> Pale",
		"aria-describedby names no id: nothing", "a table header without scope: <th> Head", "a table header without words", "no name: <input>",
		"cannot be reached: <a> Out of reach", "its focus cannot be seen: <a> A link", "contrast 2.85: <p id=same> Pale",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("not found: %s\nin\n%s", want, found)
		}
	}
}
