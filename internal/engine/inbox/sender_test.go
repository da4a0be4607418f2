package inbox

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var (
	monitor = prentice.Actor{Kind: prentice.Agent, Name: "monitor"}
	mallory = prentice.Actor{Kind: prentice.Agent, Name: "mallory"}
)

func (w *world) from(who prentice.Actor, e prentice.Event) Receipt {
	w.t.Helper()
	r, err := w.inbox.ReceiveFrom(w.t.Context(), who, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func TestNoSenderSilencesAnother(t *testing.T) {
	fine := prentice.Event{ID: "1", Source: "monitor/eu-1", Type: "all.fine"}
	for name, taken := range map[string]prentice.Event{
		"by taking its source and id":     fine,
		"by saying exactly the same":      down("1"),
		"by saying the same a bit before": down("2"),
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.from(mallory, taken)
				r := w.from(monitor, down("1"))
				if !r.New || r.Duplicate != "" || r.Number != 2 || r.Note != "" {
					t.Errorf("the monitor's own event: %+v", r)
				}
				w.deliver()
				if got := w.toldIDs(); len(got) != 2 {
					t.Errorf("told %v", got)
				}
				if again := w.from(monitor, down("1")); again.New || again.Number != 2 {
					t.Errorf("the monitor's own event again: %+v", again)
				}
			})
		})
	}
}

func TestAnIDThatIsUsedTwiceByItsSenderForTwoThingsIsTwoEvents(t *testing.T) {
	each(t, func(w *world) {
		w.from(monitor, prentice.Event{ID: "1", Source: "monitor/eu-1", Type: "all.fine"})
		r := w.from(monitor, down("1"))
		if !r.New || r.Number != 2 || !strings.Contains(r.Note, "event/1") {
			t.Errorf("receipt %+v", r)
		}
		kept, err := w.inbox.Show(t.Context(), 2)
		if err != nil || kept.Type != "service.down" || kept.Note != r.Note {
			t.Errorf("kept %+v, %v", kept, err)
		}
		w.pass(time.Hour)
		for _, e := range []prentice.Event{down("1"), {ID: "1", Source: "monitor/eu-1", Type: "all.fine"}} {
			if again := w.from(monitor, e); again.New || again.Duplicate != "id" {
				t.Errorf("%s again: %+v", e.Type, again)
			}
		}
	})
}

// The text of an alert changes while it fires; it is the same alert.
func TestAnAlertThatIsSentAgainWithOtherFiguresIsTheSame(t *testing.T) {
	each(t, func(w *world) {
		e := prentice.Event{ID: "c0ffee firing 2026-03-02T12:00:00Z", Source: "alertmanager/eu", Type: "alert.firing", Subject: "service/checkout", Data: []byte(`{"summary":"91% full"}`)}
		w.from(monitor, e)
		w.pass(time.Hour)
		e.Data = []byte(`{"summary":"92% full"}`)
		if r := w.from(monitor, e); r.New || r.Number != 1 {
			t.Errorf("receipt %+v", r)
		}
		if r := w.from(mallory, e); !r.New {
			t.Errorf("another's: %+v", r)
		}
		e.Subject = "service/cart"
		if r := w.from(monitor, e); !r.New {
			t.Errorf("about something else: %+v", r)
		}
	})
}

func TestWhatPrenticeTellsItselfIsKnownByItsIDAlone(t *testing.T) {
	each(t, func(w *world) {
		e := prentice.Event{ID: "run/1 failed", Source: "prentice/runner", Type: "run.ended", Data: []byte(`{"says":"a"}`)}
		w.receive(e)
		e.Data = []byte(`{"says":"b"}`)
		if r := w.receive(e); r.New || r.Number != 1 {
			t.Errorf("receipt %+v", r)
		}
		for range 2 {
			if err := w.inbox.Send(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if list, _ := w.inbox.List(t.Context(), Filter{}); len(list) != 1 {
			t.Errorf("kept %+v", list)
		}
	})
}

// What was received before the sender was part of an event's identity is still
// known, and is still its sender's alone.
func TestEventsOfBeforeAreStillKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first, err := fs.ReadFile(Schema(), "0001_inbox.sql")
		if err == nil {
			err = d.Migrate(t.Context(), "inbox", fstest.MapFS{"0001_inbox.sql": {Data: first}})
		}
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, now: noon}
		w.restart()
		l, err := accept(down("1"), noon)
		if err != nil {
			t.Fatal(err)
		}
		tick := prentice.Event{ID: "nightly@x", Source: "prentice/schedule", Type: "schedule.tick"}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			for n, e := range []struct{ sender, source, id, print string }{
				{"agent/monitor", "monitor/eu-1", "1", l.fingerprint}, {"self/prentice", "prentice/schedule", "nightly@x", Fingerprint(tick)},
			} {
				if _, err := tx.Next("event"); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO inbox_events (number, source, id, type, subject, said, received, sender, fingerprint, note, data)
					VALUES (?, ?, ?, 'service.down', 'service/checkout', 0, 0, ?, ?, '', '')`, n+1, e.source, e.id, e.sender, e.print); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO inbox_marks (number, state, attempts, says, times, last, told) VALUES (?, 'delivered', 1, '', 1, 0, 0)`, n+1); err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO inbox_ids (source, id, number) VALUES (?, ?, ?)`, e.source, e.id, n+1); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = d.Migrate(t.Context(), "inbox", Schema())
		}
		if err != nil {
			t.Fatal(err)
		}
		if r := w.from(monitor, down("1")); r.New || r.Number != 1 {
			t.Errorf("the monitor's event of before: %+v", r)
		}
		if r := w.from(mallory, down("1")); !r.New {
			t.Errorf("another's: %+v", r)
		}
		if r := w.receive(tick); r.New || r.Number != 2 {
			t.Errorf("the tick of before: %+v", r)
		}
	})
}

// People are behind what a monitor reports, unless an owner gave it its name.
func TestOnlyAMonitorThatAnOwnerNamedHasNobodyBehindIt(t *testing.T) {
	each(t, func(w *world) {
		w.inbox.Monitors = []string{"monitor"}
		for id, c := range map[string]struct {
			given bool
			want  int
		}{"1": {false, 1}, "2": {true, 0}} {
			who := monitor
			who.Given, who.Behind = c.given, []prentice.Ref{"person/ann"}
			kept, err := w.inbox.Show(w.t.Context(), w.from(who, prentice.Event{ID: id, Source: "monitor/" + id, Type: "fine." + id}).Number)
			if err != nil || len(kept.Causes) != c.want {
				w.t.Errorf("given %v: behind it are %v, %v", c.given, kept.Causes, err)
			}
		}
	})
}
