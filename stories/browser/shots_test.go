package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// With PRENTICE_SHOTS=folder this draws every story at the width of a desk and
// of a phone, in both themes, and finds pages that scroll sideways.
// PRENTICE_SHOTS_ONLY='pattern …' draws some of them.
func TestShots(t *testing.T) {
	folder := os.Getenv("PRENTICE_SHOTS")
	if folder == "" {
		t.Log("set PRENTICE_SHOTS to a folder to have every story drawn there")
		return
	}
	b, book := browser(t), openStorybook(t)
	book.each(func(site string, s story) { drawStory(b, folder, site, s, site == book.Full) })
}

func drawStory(b tab, folder, address string, s story, full bool) {
	for _, look := range []struct {
		theme string
		width int64
	}{{"light", 1280}, {"dark", 1280}, {"light", 390}, {"dark", 390}} {
		name := s.Name + "-" + look.theme
		if look.width < 400 {
			name += "-phone"
		}
		if !full {
			name = "empty-" + name
		}
		if only := strings.Fields(os.Getenv("PRENTICE_SHOTS_ONLY")); only != nil && !slices.ContainsFunc(only, func(pattern string) bool {
			ok, _ := filepath.Match(pattern, name)
			return ok
		}) {
			continue
		}
		b.do(forget(), chromedp.EmulateViewport(look.width, 800), scheme(look.theme))
		if s.Who != "" {
			b.do(cookie(address, s.Who))
		}
		b.do(chromedp.Navigate(address+s.Path), chromedp.WaitReady("main"))
		if over := see(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
			b.t.Errorf("%s scrolls sideways by %d px", name, over)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".png"), see(b, chromedp.FullScreenshot(100)), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}
