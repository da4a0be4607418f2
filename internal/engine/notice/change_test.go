package notice

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
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

func TestNewsOfAChangeGoesToWhomItConcernsAndNotToWhoMadeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		own, findings := Load("notices.yaml", []byte(strings.Replace(teamText, "routes:\n", `  - {name: ann, kind: smtp, url: "smtp://mail.example.com", from: prentice@example.com, to: [ann@example.com], people: [ann]}
  - {name: ben, kind: smtp, url: "smtp://mail.example.com", from: prentice@example.com, to: [ben@example.com], people: [ben]}
routes:
`, 1)))
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		w.Settings = func() *Settings { return own }
		news := func(kind, by string) {
			e := changeEvent(kind, `{"title":"count once","owner":"person/ann","by":"`+by+`","says":"it fails alone","patch_set":`+strconv.Itoa(len(w.sent))+`}`)
			e.ID += by
			w.hear(e)
			w.round()
		}
		news("change.commented", "person/ben")
		news("change.commented", "person/ann") // her own
		news("change.approved", "person/ben")
		news("queue.ejected", "self/queue")
		news("change.landed", "person/ann") // she queued it, and the queue has landed it
		news("change.withdrawn", "person/ben")
		want := []string{"ann: Ben says something of change 12: count once", "ann: Ben approves change 12: count once", "ann: Change 12: count once has left the queue without landing", "ann: Change 12: count once has landed"}
		if !slices.Equal(w.sent, want) {
			t.Errorf("sent %q", w.sent)
		}
		n, err := w.Find(t.Context(), 1)
		if err != nil || !strings.Contains(n.Text, "https://prentice.example.com/changes/12") {
			t.Errorf("%s %v", n.Text, err)
		}

		// She wants less, and then nothing; he hears as before.
		if err := w.Want(t.Context(), "person/ann", []string{"everything"}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("another word: %v", err)
		}
		if err := w.Want(t.Context(), "person/ann", []string{NewsEjected}); err != nil {
			t.Fatal(err)
		}
		w.sent = nil
		news("change.approved", "person/carl")
		news("queue.ejected", "self/other")
		if err := w.Want(t.Context(), "person/ann", nil); err != nil {
			t.Fatal(err)
		}
		news("queue.ejected", "self/third")
		if len(w.sent) != 1 {
			t.Errorf("sent %q", w.sent)
		}
		if got, err := w.Wanted(t.Context(), "person/ben"); err != nil || !slices.Equal(got, News()) {
			t.Errorf("ben hears of %q, %v", got, err)
		}
	})
}

func TestARouteTellsNoOneOfWhatTheyDidThemselves(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	own, findings := Load("notices.yaml", []byte(strings.Replace(teamText, "routes:\n", `  - {name: ann, kind: smtp, url: "smtp://mail.example.com", from: prentice@example.com, to: [ann@example.com], people: [ann]}
routes:
  - {on: [change], to: [ann, chat]}
`, 1)))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return own }
	w.hear(changeEvent("change.opened", `{"title":"count once","owner":"person/ann","by":"person/ann"}`))
	w.round()
	if !slices.Equal(w.sent, []string{"chat: Ann proposes change 12: count once"}) {
		t.Errorf("sent %q", w.sent)
	}
}
