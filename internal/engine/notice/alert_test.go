package notice

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func incidentEvent(kind, data string) prentice.Event {
	return prentice.Event{ID: "incident/3 " + kind, Source: "prentice/support", Type: kind, Subject: "alert/NodeDiskFull-1", Data: []byte(data)}
}

func TestAnIncidentForWhichNobodyIsCalledIsToldWhenItIsWorse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(incidentEvent("incident.opened", `{"incident":"incident/3","summary":"nearly full","severity":"warning","quiet":true}`))
		w.round()
		if len(w.sent) != 0 {
			t.Fatalf("sent %q", w.sent)
		}
		w.hear(incidentEvent("incident.raised", `{"incident":"incident/3","summary":"full","severity":"critical","owner":"group/ops"}`))
		w.round()
		if !slices.Equal(w.sent, []string{"mail: Incident 3 is worse now (critical): full"}) {
			t.Errorf("sent %q", w.sent)
		}
		n, err := w.Find(t.Context(), 1)
		if err != nil || !strings.Contains(n.Text, "Severity   critical") || !strings.Contains(n.Text, "Owner      group/ops") {
			t.Errorf("%s %v", n.Text, err)
		}
	})
}

// Routes that name systems would leave out what belongs to none, and no one would hear.
func TestAnIncidentThatBelongsToNoSystemIsToldAllTheSame(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	narrow, findings := Load("notices.yaml", []byte(strings.Replace(teamText, "{on: [incident,", "{systems: [shop], on: [incident,", 1)))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return narrow }
	w.Systems = func(prentice.Ref, []prentice.Ref) []string { return nil }
	w.hear(incidentEvent("incident.opened", `{"incident":"incident/3","summary":"full"}`))
	w.round()
	if len(w.sent) != 1 {
		t.Errorf("sent %q", w.sent)
	}
	w.Systems = func(prentice.Ref, []prentice.Ref) []string { return []string{"bank"} }
	e := incidentEvent("incident.opened", `{"incident":"incident/4","summary":"full"}`)
	e.ID = "incident/4 incident.opened"
	w.hear(e)
	w.round()
	if len(w.sent) != 1 { // that one is for others
		t.Errorf("sent %q", w.sent)
	}
}

// Anyone who owns what is broken is told, and what no one owns is told to all.
func TestARouteCanBeForOwners(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	owned, findings := Load("notices.yaml", []byte(strings.Replace(teamText, "{on: [incident,", "{owners: [group:shop, data, user:ann], on: [incident,", 1)))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return owned }
	told := func(says string, owner string, owners []prentice.Ref, want int) {
		t.Helper()
		w.owners, w.sent = owners, nil
		e := incidentEvent("incident.opened", `{"incident":"incident/3","summary":"full","owner":"`+owner+`"}`)
		e.ID = says
		w.hear(e)
		w.round()
		if len(w.sent) != want {
			t.Errorf("%s: sent %q", says, w.sent)
		}
	}
	told("its alert names an owner", "group/data", nil, 1)
	told("its alert names another", "group/other", []prentice.Ref{"group/shop"}, 0)
	told("its service has an owner", "", []prentice.Ref{"group/else", "user/ann"}, 1)
	told("its service has another", "", []prentice.Ref{"group/else"}, 0)
	told("no one owns it", "", nil, 1)
}

func TestWhatIsNoOwnerIsRefused(t *testing.T) {
	for _, owner := range []string{"'shop team'", "component:web", "''", "[x]"} {
		text := strings.Replace(teamText, "{on: [incident,", "{owners: ["+owner+"], on: [incident,", 1)
		if s, findings := Load("notices.yaml", []byte(text)); s != nil || len(findings) == 0 || findings[0].Hint == "" {
			t.Errorf("%s: %+v", owner, findings)
		}
	}
}
