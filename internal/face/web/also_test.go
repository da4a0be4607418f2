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
