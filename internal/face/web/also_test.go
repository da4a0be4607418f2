package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"prentice"
)

func TestAServiceLeadsOnToItsIncidentItsRunsAndWhatCanBeDone(t *testing.T) {
	body := storybook(t, true).as("ann").get("/services/checkout").Body.String()
	for _, want := range []string{"<title>checkout is down", `href="/incidents/`, `href="/runs/60#answer"`, `href="/procedures/restart-service?_service=checkout#start"`, "<polyline points=", "As a table, by the hour", `href="/runs?subject=service`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if body := storybook(t, true).as("vera").get("/services/checkout").Body.String(); strings.Contains(body, "Run a procedure") {
		t.Error("a viewer is offered what they may not do")
	}
}

func TestAServiceShowsItsWeekAndItsMonthsWhereTheReaderAsks(t *testing.T) {
	w := storybook(t, true).as("vera")
	for path, want := range map[string][]string{
		"/services/checkout?_range=7":  {"The last 7 days", `viewBox="0 0 168 16"`, "99.87 %", "What was seen is kept since", "As a table, by the hour", `href="/services/checkout#day"`, `aria-current="true">7 d`},
		"/services/checkout?_range=90": {"The last 90 days", `viewBox="0 0 90 16"`, "As a table, by the day", "not checked"},
		"/services/checkout?_range=x":  {"The last 24 hours", `viewBox="0 0 288 16"`},
	} {
		body := w.get(path).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s has no %q", path, text)
			}
		}
	}
}

func TestTheAddressOfAListIsAViewThatCanBeNamed(t *testing.T) {
	w := storybook(t, true).as("vera")
	for path, want := range map[string]string{
		"/runs":                       `href="/runs?state=failed">Views &lt;of&gt; state=failed`,
		"/runs?state=failed&before=9": `href="/runs?state=failed" aria-current="true">`,
		"/runs?text=x&before=9":       `name="query" value="text=x"`,
		"/runs?state=undone":          "Remove “Views &lt;of&gt; state=undone”",
	} {
		if body := w.get(path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s has no %s", path, want)
		}
	}
	if body := w.get("/runs").Body.String(); strings.Contains(body, "Save this view") {
		t.Error("a list that is not filtered can be saved")
	}
}

func TestWhatAPageAsksForBesidesIsLeftOutWhereItIsNotThere(t *testing.T) {
	w := storybook(t, true).as("ann")
	v := w.site.view(httptest.NewRequest(http.MethodGet, "/", nil), "x")
	v.Actor = prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner}
	if w.site.also(v, "run.list", "limit", 2) == nil {
		t.Error("what is there is left out")
	}
	if w.site.also(v, "run.approve", "number", 41) != nil {
		t.Error("a page has done something by being read")
	}
	if v.ctx == nil || w.site.also(v, "no.such") != nil || w.site.also(v, "run.list", "nonsense", 1) != nil {
		t.Error("something is shown of what is not there")
	}
}
