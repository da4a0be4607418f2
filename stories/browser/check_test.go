package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestACheckThatIsAtWorkIsSeenToEnd(t *testing.T) {
	site := openStorybook(t).Full
	b := browser(t)
	said := complaints(b)
	b.do(cookie(site, "vera"), chromedp.Navigate(site+"/checks/21"), chromedp.WaitReady("#check"))
	see(b, until(`document.querySelector("#check .state").textContent.includes("fail")`))
	see(b, until(`document.querySelectorAll("#broken").length === 1`))
	if b := see(b, chromedp.Evaluate[string](`document.querySelector("#check .lead").textContent`)); !strings.Contains(b, "3 passed, 2 failed, 1 unknown") {
		t.Errorf("it says %q", b)
	}
	if said := said(); len(said) > 0 {
		t.Errorf("the browser complained: %s", strings.Join(said, "; "))
	}
}
