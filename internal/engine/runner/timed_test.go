package runner

import (
	"testing"

	"prentice"
)

func TestOnlyRunsThatActedAndEndedAreTimed(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		done := w.approved("fix")
		w.is(ann.Ref(), prentice.Approver)
		open := w.start(bob, "tidy")
		w.until(open.Number, prentice.Waiting)
		runs, err := w.r.Timed(t.Context(), "fix", 10)
		if err != nil || len(runs) != 1 || runs[0].Number != done || runs[0].State != prentice.Verified || runs[0].Started.IsZero() || runs[0].Ended.Before(runs[0].Started) {
			t.Errorf("%+v, %v", runs, err)
		}
		on, err := w.r.OnTargets(t.Context(), "fix", 10)
		if err != nil || len(on) == 0 || on[0].Run != done || on[0].Failed || on[0].Started.IsZero() {
			t.Errorf("%+v, %v", on, err)
		}
		if none, err := w.r.Timed(t.Context(), "tidy", 10); err != nil || len(none) != 0 {
			t.Errorf("a run that waits is timed: %+v, %v", none, err)
		}
	})
}
