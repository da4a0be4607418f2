package notice

import (
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db/dbtest"
)

func changeEvent(kind, data string) prentice.Event {
	return prentice.Event{ID: kind + " 12", Source: "prentice/code", Type: kind, Subject: "change/12", Data: []byte(data)}
}

func TestWhoIsAskedToLookAtAChangeIsToldWithALink(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	asked := changeEvent("change.asked", `{"title":"count \u001b[31monce","by":"person/ann","assignee":"person/ben"}`)
	w.hear(asked)
	w.round()
	if len(w.sent) != 0 {
		t.Fatalf("no route names changes, and no channel is theirs: %q", w.sent)
	}
	theirs, findings := Load("notices.yaml", []byte(strings.Replace(teamText, "routes:\n", `  - {name: ben, kind: smtp, url: "smtp://mail.example.com", from: prentice@example.com, to: [ben@example.com], people: [ben]}
routes:
  - {on: [change], to: [mail]}
`, 1)))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return theirs }
	asked.ID += " again"
	w.hear(asked)
	w.hear(changeEvent("change.commented", `{"title":"count once","by":"person/ben","summary":"why?"}`))
	w.hear(changeEvent("change.viewed", `{"title":"count once"}`))
	forged := changeEvent("change.landed", `{"title":"count once"}`)
	forged.Source = "elsewhere"
	w.hear(forged)
	w.round()
	w.round()
	slices.Sort(w.sent)
	if want := []string{"ben: Ann asks ben to look at change 12: count once", "mail: Ann asks ben to look at change 12: count once", "mail: Ben says something of change 12: count once"}; !slices.Equal(w.sent, want) {
		t.Errorf("sent %q", w.sent)
	}
	n, err := w.Find(t.Context(), 1)
	if err != nil || !strings.Contains(n.Text, "https://prentice.example.com/changes/12") || !strings.Contains(n.Text, "prentice change show 12") {
		t.Errorf("%s %v", n.Text, err)
	}
}
