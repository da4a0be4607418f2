package notice

import (
	"testing"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestNoticesThatEndedLongAgoGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.hear(opened())
		w.round()
		w.fails["chat"] = errDown
		w.hear(waiting())
		w.round() // and it is tried again
		w.now = w.now.Add(100 * 24 * time.Hour)
		ask := db.Sweep{Before: w.now.Add(-90 * 24 * time.Hour), Most: 10, Needed: func(ref string) bool { return ref == "incident/3" }}
		if out, err := w.Forget(t.Context(), ask); err != nil || out.Removed != 0 {
			t.Errorf("what is about an open incident went: %+v %v", out, err)
		}
		ask.Needed = nil
		if out, err := w.Forget(t.Context(), ask); err != nil || out.Removed != 1 {
			t.Errorf("%+v %v", out, err)
		}
		if len(w.all(Sent)) != 0 || len(w.all(Waiting)) != 1 {
			t.Errorf("%d sent and %d waiting are left", len(w.all(Sent)), len(w.all(Waiting)))
		}
	})
}
