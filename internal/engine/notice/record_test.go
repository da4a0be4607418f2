package notice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestWhatWasSentAndCouldNotBeRecordedIsNotSentAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		w.mute = true
		w.fail(t)
		for range 4 {
			w.now = w.now.Add(time.Second)
			w.round() // nothing of it is due yet
		}
		if len(w.sent) != 1 {
			t.Fatalf("sent %d times", len(w.sent))
		}
		if list := w.all(Waiting); len(list) != 1 || list[0].Attempts != 1 || !strings.Contains(list[0].Says, "could not be recorded") {
			t.Errorf("kept %+v", list)
		}
		w.mute = false
		w.now = w.now.Add(mostPause)
		w.round()
		if list := w.all(Sent); len(list) != 1 || len(w.sent) != 1 || !slices.Equal(w.notes, []string{"notice.sent"}) {
			t.Errorf("kept %+v, sent %q, recorded %q", list, w.sent, w.notes)
		}
	})
}

func TestWhatCanNeverBeRecordedEnds(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.hear(waiting())
	w.mute = true
	for range mostTries + 3 {
		w.fail(t)
		w.now = w.now.Add(mostPause)
	}
	if list := w.all(Sent); len(list) != 1 || len(w.sent) != 1 || list[0].Attempts != mostTries {
		t.Errorf("kept %+v, sent %q", w.all(""), w.sent)
	}
}

// fail is a round of which nothing can be recorded, or that has nothing to do.
func (w *world) fail(t *testing.T) {
	t.Helper()
	for _, c := range []string{"chat", "mail", "pager"} {
		if _, err := w.sendNext(t.Context(), c); err != nil && !strings.Contains(err.Error(), errMute.Error()) {
			t.Fatal(err)
		}
	}
}

func TestOneNoticeHoldsUpNoOtherOfItsChannel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE notices SET message = 'no JSON'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.run.Number = 8
		second := waiting()
		second.ID, second.Subject, second.Data = "run/8 waiting 1", "run/8", []byte(`{"run":8,"state":"waiting"}`)
		w.fails["chat"] = errDown
		w.hear(second)
		w.round()
		w.round()
		w.run.Number = 9
		third := waiting()
		third.ID, third.Subject, third.Data = "run/9 waiting 1", "run/9", []byte(`{"run":9,"state":"waiting"}`)
		delete(w.fails, "chat")
		w.hear(third)
		w.round()
		if list := w.all(Sent); len(list) != 1 || list[0].About != "run/9" {
			t.Errorf("sent %+v", list)
		}
		if dead := w.all(Dead); len(dead) != 1 || dead[0].Says != "what it says cannot be read" {
			t.Errorf("dead %+v", dead)
		}
		w.now = w.now.Add(mostPause)
		w.round()
		if list := w.all(Sent); len(list) != 2 {
			t.Errorf("sent at last %+v", list)
		}
	})
}

func TestANoticeIsDroppedWithAReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(waiting())
		if err := w.Drop(t.Context(), 1, olga, " "); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if err := w.Drop(t.Context(), 1, olga, "it is\n over"); err != nil {
			t.Fatal(err)
		}
		w.round()
		n, err := w.Find(t.Context(), 1)
		if err != nil || n.State != Dropped || n.Says != "it is over" || !strings.Contains(n.Text, "run/7 waits for an approver") || len(w.sent) != 0 || !slices.Equal(w.notes, []string{"notice.dropped"}) {
			t.Errorf("kept %+v (%v), sent %q, recorded %q", n, err, w.sent, w.notes)
		}
		if err := w.Drop(t.Context(), 1, olga, "again"); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("twice: %v", err)
		}
		if err := w.Drop(t.Context(), 9, olga, "which?"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("got %v", err)
		}
		if _, err := w.Find(t.Context(), 9); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhoHeardOfAnIncidentHearsThatItIsOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(opened())
		w.round()
		w.hear(closed())
		w.hear(closed())
		w.round()
		w.round()
		if want := []string{"mail: Incident 3: service/shop", "mail: Incident 3 is resolved (verified): service/shop"}; !slices.Equal(w.sent, want) {
			t.Errorf("sent %q", w.sent)
		}
	})
}

func TestARouteForWhatIsOverIsTheOnlyOne(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	s, findings := Load("notices.yaml", []byte(teamText+"  - {on: [resolved], to: [chat]}\n"))
	if s == nil {
		t.Fatal(findings)
	}
	w.Settings = func() *Settings { return s }
	w.hear(opened())
	w.hear(closed())
	w.round()
	w.round()
	slices.Sort(w.sent)
	if want := []string{"chat: Incident 3 is resolved (verified): service/shop", "mail: Incident 3: service/shop"}; !slices.Equal(w.sent, want) {
		t.Errorf("sent %q", w.sent)
	}
}

// The time at which a question ends comes back from the database in whole
// microseconds, and an approval that leaves a run waiting announces it anew.
func TestAQuestionIsAskedOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.run.Expires = w.run.Expires.Add(789 * time.Nanosecond)
	w.hear(waiting())
	w.run.Expires = w.run.Expires.Truncate(time.Microsecond)
	for _, id := range []string{"run/7 waiting, after a restart", "run/7 waiting, for the second approver"} {
		e := waiting()
		e.ID = id
		w.hear(e)
	}
	w.round()
	w.round()
	if len(w.sent) != 1 {
		t.Errorf("sent %q", w.sent)
	}
	w.run.Waits, w.run.Expires = "tell-them", w.run.Expires.Add(time.Hour)
	e := waiting()
	e.ID = "run/7 waiting for a person to do something"
	w.hear(e)
	w.round()
	if len(w.sent) != 2 {
		t.Errorf("another question: sent %q", w.sent)
	}
}
