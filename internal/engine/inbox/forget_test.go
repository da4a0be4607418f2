package inbox

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const keepFor = 90 * 24 * time.Hour

func (w *world) forget(needed ...string) (removed int) {
	w.t.Helper()
	for s := (db.Sweep{Before: w.clock().Add(-keepFor), Most: 3, Needed: func(ref string) bool { return len(needed) > 0 && ref == needed[0] }}); ; {
		out, err := w.inbox.Forget(w.t.Context(), s)
		if err != nil {
			w.t.Fatal(err)
		}
		if removed, s.After = removed+out.Removed, out.After; out.Over {
			return removed
		}
	}
}

func (w *world) rows(table string) (n int) {
	w.t.Helper()
	if err := w.db.QueryRow(w.t.Context(), "SELECT COUNT(*) FROM "+table, nil, &n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestEventsThatWereSaidLongAgoGoWithTheirIDs(t *testing.T) {
	each(t, func(w *world) {
		var told []int64
		w.inbox.OnForget(func(_ *db.Tx, events []int64) error { told = append(told, events...); return nil })
		for n := range 7 {
			w.receive(numbered(n))
		}
		again := down("again") // says the same as one more id
		w.receive(again)
		again.ID = "again-2"
		w.receive(again)
		waits := numbered(50)
		w.deliver()
		if err := w.inbox.SumUp(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		w.receive(waits) // and no one is told of it
		w.pass(keepFor + time.Hour)
		young := w.receive(numbered(60))
		if n := w.forget("event/3"); n != 6 { // eight, but for one that is needed and one that was not summed up
			w.t.Errorf("%d went", n)
		}
		if err := w.inbox.SumUp(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		w.forget()
		if len(told) != 8 || w.rows("inbox_events") != 2 || w.rows("inbox_marks") != 2 || w.rows("inbox_known") != 2 {
			w.t.Errorf("%d went; %d events, %d marks and %d ids are left", len(told), w.rows("inbox_events"), w.rows("inbox_marks"), w.rows("inbox_known"))
		}
		if _, err := w.inbox.Show(w.t.Context(), 1); prentice.KindOf(err) != prentice.NotFound || prentice.HintOf(err) != "what happened is in its evidence: prentice evidence thread event/1" {
			w.t.Error(err)
		}
		if r := w.receive(numbered(0)); !r.New || r.Number != young.Number+1 {
			w.t.Errorf("an event of which nothing is known any more is not new: %+v", r)
		}
		if r := w.receive(numbered(60)); r.New {
			w.t.Errorf("a young event was forgotten: %+v", r)
		}
	})
}

func TestAnAlertThatStillFiresIsKept(t *testing.T) {
	each(t, func(w *world) {
		starts := w.clock().Format(time.RFC3339)
		fires := prentice.Event{ID: "f-" + starts, Source: "alertmanager/a", Type: alertFires, Subject: "service/checkout", Data: []byte(`{"fingerprint":"f","starts":"` + starts + `"}`)}
		first := w.receive(fires)
		ended := prentice.Event{ID: "g-" + starts, Source: "alertmanager/a", Type: alertFires, Subject: "service/checkout", Data: []byte(`{"fingerprint":"g","starts":"` + starts + `"}`)}
		w.receive(ended)
		w.deliver()
		w.pass(keepFor)
		w.receive(fires) // it is told again
		w.pass(time.Hour)
		if err := w.inbox.SumUp(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if n := w.forget(); n != 1 || w.rows("inbox_alerts") != 1 {
			w.t.Errorf("%d went, %d alerts are known", n, w.rows("inbox_alerts"))
		}
		if r := w.receive(fires); r.New || r.Number != first.Number {
			w.t.Errorf("an alert that still fires is news: %+v", r)
		}
		if r := w.receive(ended); !r.New {
			w.t.Errorf("an alert that no one knows any more is not: %+v", r)
		}
	})
}
