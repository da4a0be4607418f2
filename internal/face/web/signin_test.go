package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestALinkWorksOnceAndLookingAtItIsNotUsingIt(t *testing.T) {
	w := supervised(t)
	for range 3 { // a mail program, a chat and a person
		got := w.get("/sign-in/code-ann")
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Sign in with this link") {
			t.Fatalf("got %d", got.Code)
		}
		if got.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Error("the code would leak in the referrer")
		}
	}
	if got := w.post("/sign-in/code-ann", nil); got.Code != http.StatusSeeOther {
		t.Fatalf("got %d", got.Code)
	}
	if got := w.get("/runs"); got.Code != http.StatusOK {
		t.Errorf("ann is not signed in: %d", got.Code)
	}
	w.cookies = map[string]string{}
	if got := w.post("/sign-in/code-ann", nil); got.Code != http.StatusUnauthorized || len(w.cookies) != 0 {
		t.Errorf("the link worked twice: %d", got.Code)
	}
}

func TestWhoIsNotSignedInComesBackToWhereTheyWereGoing(t *testing.T) {
	w := supervised(t)
	to := w.get("/runs?state=waiting").Header().Get("Location")
	if to != "/sign-in?_next="+url.QueryEscape("/runs?state=waiting") {
		t.Fatalf("sent to %q", to)
	}
	if !strings.Contains(w.get(to).Body.String(), `value="/runs?state=waiting"`) {
		t.Error("the sign-in page forgets where they were going")
	}
	if got := w.post("/sign-in", url.Values{"token": {"token-ann"}, "_next": {"/runs?state=waiting"}}); got.Header().Get("Location") != "/runs?state=waiting" {
		t.Errorf("led to %q", got.Header().Get("Location"))
	}
}

func TestNobodyReadsOrActsWithoutASession(t *testing.T) {
	w := supervised(t)
	for _, path := range []string{"/", "/runs", "/runs/41", "/do/run.approve", "/find?q=41"} {
		if got := w.get(path); got.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := w.get("/live/run.watch?number=42", header("Sec-Fetch-Dest", "empty")); got.Code != http.StatusUnauthorized {
		t.Errorf("a stream: %d", got.Code)
	}
	got := w.post("/do/run.approve", approval(w))
	if got.Code != http.StatusUnauthorized {
		t.Errorf("a form: %d", got.Code)
	}
	if !strings.Contains(got.Body.String(), "the probe is right") {
		t.Error("what was typed is lost when a session has ended")
	}
	if got := w.post("/do/run.approve", approval(w), header("Sec-Fetch-Site", "cross-site")); strings.Contains(got.Body.String(), "the probe is right") {
		t.Error("another site may put words onto our page")
	}
	w.cookies["prentice_8080"] = "session-nobody"
	if got := w.get("/runs"); got.Code != http.StatusSeeOther {
		t.Errorf("a made-up session: %d", got.Code)
	}
}

func TestGuessingIsSlowAndClosesNothingToThoseWhoKnow(t *testing.T) {
	w := supervised(t)
	guess := func(way, path string, form url.Values) {
		t.Helper()
		for n := range badBurst + 1 {
			got, want := w.post(path, form).Code, http.StatusUnauthorized
			if n == badBurst {
				want = http.StatusTooManyRequests
			}
			if got != want {
				t.Fatalf("%s, attempt %d: %d", way, n+1, got)
			}
		}
	}
	guess("a token", "/sign-in", url.Values{"token": {"guess"}})
	guess("a link", "/sign-in/code-guess", nil) // counted apart
	if got := w.post("/sign-in", url.Values{"token": {"token-ann"}}); got.Code != http.StatusSeeOther {
		t.Errorf("a good token: %d", got.Code)
	}
	if got := w.post("/sign-in/code-ann", nil); got.Code != http.StatusSeeOther {
		t.Errorf("a good link: %d", got.Code)
	}
}

func TestAnotherSiteCannotSignSomebodyIn(t *testing.T) {
	w := supervised(t)
	if got := w.post("/sign-in", url.Values{"token": {"token-ann"}}, header("Sec-Fetch-Site", "cross-site")); got.Code != http.StatusForbidden || len(w.cookies) != 0 {
		t.Errorf("got %d", got.Code)
	}
}
