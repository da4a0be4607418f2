package web

import (
	"strings"
	"testing"
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
	for q, first := range map[string]string{"41": "Go to</span> <span class=\"name\">run 41<", "checkout": "Service</span> <span class=\"name\">checkout<", "runs": "Page</span> <span class=\"name\">Runs<"} {
		body := strings.SplitN(w.get("/find/offers?q="+q).Body.String(), "</li>", 2)[0]
		if !strings.Contains(body, first) {
			t.Errorf("%q: first is %s", q, body)
		}
	}
	if body := w.get("/find/offers?q=re").Body.String(); strings.Contains(body, "Go to") {
		t.Errorf("half a word is a place to go: %s", body)
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
