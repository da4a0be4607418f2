package browser

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func until(expression string) chromedp.Action[bool] { return chromedp.Poll[bool](expression) }

func TestAPersonSignsInApprovesAndWatches(t *testing.T) {
	live := openStorybook(t).Live
	b := browser(t)
	said := complaints(b)

	b.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(live+"/sign-in/code-ann"), chromedp.Click("button.primary"), chromedp.WaitReady("#now"))
	see(b, until(`document.readyState === "complete"`))
	b.do(chromedp.KeyEvent("gr"), chromedp.WaitReady("nav.filters"))
	b.do(chromedp.Navigate(live+"/runs/41"), chromedp.KeyEvent("a"))
	if at := see(b, chromedp.Evaluate[string](`document.activeElement.id`)); at != "reason" {
		t.Errorf("the key a leads to %q", at)
	}
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#reason").value = ""`), chromedp.SendKeys("#reason", "I see the same")) // a driven browser types the key itself, too
	tell(t, live, "state", url.Values{"state": {"waiting"}, "says": {"has 0 of 1 approvals"}})
	see(b, until(`document.querySelector("#run-head .lead").textContent.includes("0 of 1")`))
	b.do(chromedp.KeyEvent(" from here")) // the page has changed around the hand that types
	if wrote := see(b, chromedp.Value("#reason")); wrote != "I see the same from here" {
		t.Errorf("what was typed became %q", wrote)
	}
	b.do(chromedp.Click("#answer button.primary"), chromedp.WaitReady("p.note"))
	see(b, until(`document.querySelector("#run-head .state").textContent.includes("running")`))

	for i := range 200 {
		tell(t, live, "print", url.Values{"text": {fmt.Sprintf("line %d <b>not bold</b>", i)}})
	}
	see(b, until(`document.querySelectorAll("#run-log li").length === 200`))
	if see(b, chromedp.Evaluate[bool](`document.querySelector("#run-log b") !== null`)) {
		t.Error("what a step printed became part of the page")
	}
	see(b, until(`(l => l.scrollHeight - l.scrollTop - l.clientHeight < 24)(document.querySelector("#run-log .log"))`))
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#run-log .log").scrollTop = 0`))
	see(b, until(`document.querySelector(".logbar span").textContent.startsWith("Staying")`))
	tell(t, live, "print", url.Values{"text": {"one more"}})
	see(b, until(`document.querySelectorAll("#run-log li").length === 201`))
	if top := see(b, chromedp.Evaluate[int](`document.querySelector("#run-log .log").scrollTop`)); top != 0 {
		t.Errorf("the log moved away under the reader to %d", top)
	}

	tell(t, live, "state", url.Values{"state": {"verified"}, "says": {"checkout has answered for 2 min"}})
	see(b, until(`document.querySelector("#run-head .state").textContent.includes("verified")`))

	b.do(chromedp.KeyEvent("?"), chromedp.WaitVisible("dialog.keys-help"))
	if said := said(); len(said) > 0 {
		t.Errorf("the browser complained: %s", strings.Join(said, "; "))
	}
}

func TestTheThemeIsKept(t *testing.T) {
	site := openStorybook(t).Full
	b := browser(t)
	ground := chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`)
	b.do(cookie(site, "ann"), scheme("light"), chromedp.Navigate(site+"/runs"))
	light := see(b, ground)
	b.do(scheme("dark"))
	dark := see(b, ground)
	if light == dark {
		t.Fatalf("both themes have the ground %s", light)
	}
	b.do(chromedp.Click("[data-theme-switch]")) // from auto to light
	if got := see(b, ground); got != light {
		t.Errorf("light was chosen and the ground is %s", got)
	}
	b.do(chromedp.Navigate(site + "/runs/41"))
	if got := see(b, ground); got != light {
		t.Errorf("on the next page the ground is %s", got)
	}
}
