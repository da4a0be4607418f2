package runner

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func TestWhatWouldBecomeOfARequestIsSaidAndNothingIsBegun(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		req := prentice.RunRequest{Procedure: "fix", Actor: bob, Reason: "test"}
		out, err := w.r.Foresee(t.Context(), req, 0)
		if err != nil || out.Decision.Verdict != prentice.Ask || out.Answerers == nil || out.Answerers.Needed != 1 || out.Hold != nil || out.Already != "" {
			t.Fatalf("%+v, %v", out, err)
		}
		for _, p := range out.Answerers.Able {
			if p == bob.Ref() {
				t.Error("who asks could approve it")
			}
		}
		says := "frozen by sale"
		w.frozen.Store(&says)
		if out, err = w.r.Foresee(t.Context(), req, 0); err != nil || out.Hold == nil || out.Hold.Code != prentice.HoldFrozen {
			t.Errorf("in a freeze: %+v, %v", out.Hold, err)
		}
		w.frozen.Store(nil)
		if runs, err := w.r.List(t.Context(), run.Filter{}); err != nil || len(runs) != 0 {
			t.Errorf("%d runs were begun (%v)", len(runs), err)
		}
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		if out, err = w.r.Foresee(t.Context(), req, 0); err != nil || !strings.Contains(out.Already, string(run.Ref())) {
			t.Errorf("of what is under way it says %q (%v)", out.Already, err)
		}
	})
}

func TestARunThatWaitsSaysWhatWouldHoldItBack(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		if d, err := w.r.ShowTo(t.Context(), run.Number, ann); err != nil || d.Ahead != nil {
			t.Errorf("nothing holds it back, and it says %+v (%v)", d.Ahead, err)
		}
		says := "frozen by sale"
		w.frozen.Store(&says)
		if d, err := w.r.ShowTo(t.Context(), run.Number, ann); err != nil || d.Ahead == nil || d.Ahead.Code != prentice.HoldFrozen {
			t.Errorf("in a freeze it says %+v (%v)", d.Ahead, err)
		}
	})
}
