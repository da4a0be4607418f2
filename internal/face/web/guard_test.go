package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func supervised(t *testing.T) *world { return newWorld(t, storyPages(), storyOps(true)...) }

// approval is the form that ann sends to approve run 41.
func approval(w *world) url.Values {
	return url.Values{
		"_csrf": {w.csrf()}, "_from": {"/runs/41"}, "_next": {"/runs/{number}"},
		"number": {"41"}, "plan": {someDetail(runStates[41]).Plan}, "reason": {"the probe is right"},
	}
}

func TestAnApprovalPassesTheDoorAndLeadsBackToTheRun(t *testing.T) {
	w := supervised(t).as("ann")
	got := w.post("/do/run.approve", approval(w))
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/runs/41" {
		t.Fatalf("%d to %q\n%s", got.Code, got.Header().Get("Location"), got.Body)
	}
	asked, ok := w.door.last("run.approve")
	if !ok || asked.Actor.Name != "ann" || asked.Actor.Door != "web" {
		t.Errorf("the door was asked by %+v", asked.Actor)
	}
	if in := asked.In.(answerIn); in.Number != 41 || in.Reason != "the probe is right" {
		t.Errorf("the door was given %+v", in)
	}
	if body := w.get("/runs/41").Body.String(); !strings.Contains(body, `role="status"`) {
		t.Error("the next page does not say what was done")
	}
	if body := w.get("/runs/41").Body.String(); strings.Contains(body, `role="status"`) {
		t.Error("the page after it says it again")
	}
}

func TestAFormThatIsNotOursDoesNothing(t *testing.T) {
	w := supervised(t).as("ann")
	other := newWorld(t, nil).as("olga")
	for name, c := range map[string]struct {
		csrf string
		how  []change
	}{
		"without the token":                    {csrf: ""},
		"with a wrong token":                   {csrf: "x"},
		"with the token of another session":    {csrf: other.csrf()},
		"sent by another site":                 {csrf: w.csrf(), how: []change{header("Sec-Fetch-Site", "cross-site")}},
		"sent by another program on this host": {csrf: w.csrf(), how: []change{header("Sec-Fetch-Site", "same-site")}},
		"with another origin":                  {csrf: w.csrf(), how: []change{header("Sec-Fetch-Site", ""), header("Origin", "http://evil.example")}},
		"with another port as origin":          {csrf: w.csrf(), how: []change{header("Sec-Fetch-Site", ""), header("Origin", "http://localhost:9090")}},
		"with no origin to name":               {csrf: w.csrf(), how: []change{header("Sec-Fetch-Site", ""), header("Origin", "null")}},
	} {
		t.Run(name, func(t *testing.T) {
			form := approval(w)
			form.Set("_csrf", c.csrf)
			if got := w.post("/do/run.approve", form, c.how...); got.Code != http.StatusForbidden {
				t.Errorf("got %d", got.Code)
			}
			if _, asked := w.door.last("run.approve"); asked {
				t.Error("the door was asked")
			}
		})
	}
}

func TestSigningOutNeedsTheTokenToo(t *testing.T) {
	w := supervised(t).as("ann")
	if got := w.post("/sign-out", url.Values{"_csrf": {"x"}}); got.Code != http.StatusForbidden {
		t.Errorf("got %d", got.Code)
	}
	if got := w.post("/sign-out", url.Values{"_csrf": {w.csrf()}}); got.Code != http.StatusSeeOther {
		t.Errorf("got %d", got.Code)
	}
	if got := w.as("ann").get("/runs"); got.Header().Get("Location") == "" {
		t.Error("the session lives on")
	}
}

func TestNoWayBackLeadsToAnotherSite(t *testing.T) {
	for _, evil := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil", "/\r\nSet-Cookie: a=b", " //evil.example"} {
		t.Run(fmt.Sprintf("%q", evil), func(t *testing.T) {
			w := supervised(t).as("ann")
			form := approval(w)
			form.Set("_next", evil)
			form.Set("_from", evil)
			if to := w.post("/do/run.approve", form).Header().Get("Location"); to != "/" {
				t.Errorf("a form led to %q", to)
			}
			w.cookies = map[string]string{}
			if to := w.post("/sign-in", url.Values{"token": {"token-ann"}, "_next": {evil}}).Header().Get("Location"); to != "/" {
				t.Errorf("signing in led to %q", to)
			}
			if body := w.get("/sign-in?_next=" + url.QueryEscape(evil)).Body.String(); strings.Contains(body, "evil") {
				t.Error("the sign-in page remembers it")
			}
		})
	}
}

func TestAnotherNameForLoopbackIsRefused(t *testing.T) {
	w := supervised(t).as("ann")
	for name, want := range map[string]int{
		"localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "LOCALHOST:8080": 200, "localhost.:8080": 200,
		"evil.example": 403, "evil.example:8080": 403, "localhost.evil.example:8080": 403, "127.0.0.1.nip.io:8080": 403, "": 403, "192.168.1.5:8080": 403,
	} {
		t.Run(name, func(t *testing.T) {
			if got := w.get("/runs", host(name)); got.Code != want {
				t.Errorf("got %d, want %d", got.Code, want)
			}
		})
	}
}

func TestASiteWithANameAnswersOnlyToIt(t *testing.T) {
	w := supervised(t)
	w.site.o.Hosts = []string{"prentice.example.org"}
	if got := w.get("/sign-in", host("prentice.example.org")); got.Code != http.StatusOK {
		t.Errorf("got %d", got.Code)
	}
	if got := w.get("/sign-in", host("localhost:8080")); got.Code != http.StatusForbidden {
		t.Errorf("got %d", got.Code)
	}
}

func TestEveryAnswerKeepsOtherSitesOut(t *testing.T) {
	w := supervised(t).as("ann")
	for _, path := range []string{"/", "/runs", "/nowhere", "/sign-in", "/do/run.approve", "/live/run.watch?number=42", w.site.assets.named["prentice.css"]} {
		h := w.get(path).Header()
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestCookiesAreOutOfReach(t *testing.T) {
	for _, c := range []struct {
		name, host, cookie string
		secure             bool
	}{
		{"on loopback", "localhost:8080", "prentice_8080", false},
		{"on another port of loopback", "127.0.0.1:9090", "prentice_9090", false},
		{"under a name", "prentice.example.org", "__Host-prentice", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := supervised(t)
			w.site.o.Hosts = []string{hostOf(c.host)}
			got := w.post("/sign-in", url.Values{"token": {"token-ann"}}, host(c.host), header("Origin", "https://"+c.host))
			cookies := got.Result().Cookies()
			if len(cookies) != 2 {
				t.Fatalf("%d cookies, status %d", len(cookies), got.Code)
			}
			for i, name := range []string{c.cookie, c.cookie + "_device"} {
				if k := cookies[i]; k.Name != name || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Secure != c.secure || k.Path != "/" {
					t.Errorf("%+v", k)
				}
			}
		})
	}
}

func TestASessionDoesNotTravelInTheOpen(t *testing.T) {
	w := supervised(t)
	w.site.o.Hosts = []string{"prentice.example.org"}
	got := w.post("/sign-in", url.Values{"token": {"token-ann"}}, host("prentice.example.org"), header("Origin", "http://prentice.example.org"))
	if got.Code != http.StatusConflict || len(got.Result().Cookies()) != 0 {
		t.Errorf("got %d and %d cookies", got.Code, len(got.Result().Cookies()))
	}
}

func TestNobodyElsePutsWordsIntoOurMouth(t *testing.T) {
	w := supervised(t).as("ann")
	w.post("/do/run.approve", approval(w))
	whole := w.cookies["prentice_8080_said"]
	if whole == "" {
		t.Fatal("nothing was said")
	}
	if strings.Contains(w.as("otto").get("/runs").Body.String(), `role="status"`) {
		t.Error("what was said to ann was shown to otto")
	}
	w.as("ann").cookies["prentice_8080_said"] = "9999999999.T3dhZWQ." + strings.Split(whole, ".")[2]
	if strings.Contains(w.get("/runs").Body.String(), `role="status"`) {
		t.Error("a forged sentence was shown")
	}
	w.cookies["prentice_8080_said"] = whole
	w.site.o.Clock = func() time.Time { return noon.Add(2 * time.Minute) }
	if strings.Contains(w.get("/runs").Body.String(), `role="status"`) {
		t.Error("a stale sentence was shown")
	}
}
