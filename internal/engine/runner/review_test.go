package runner

import (
	"testing"

	"prentice"
)

func TestNobodyClosesTheReviewOfARunThatTheyCaused(t *testing.T) {
	eve := prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Approver, Door: "api"}
	twin := eve
	twin.Behind = []prentice.Ref{bob.Ref()}
	bot := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator, Behind: []prentice.Ref{bob.Ref()}, Door: "api"}
	for name, c := range map[string]struct{ asks prentice.Actor }{"asked for it": {bob}, "by an agent": {bot}} {
		t.Run(name, func(t *testing.T) {
			each(t, mending(), askTwo, func(t *testing.T, w *world) {
				run := w.start(c.asks, "mend")
				w.until(run.Number, prentice.Waiting)
				if _, err := w.r.BreakGlass(t.Context(), run.Number, "", ann, "the shop burns and nobody is there"); err != nil {
					t.Fatal(err)
				}
				w.until(run.Number, prentice.Verified)
				for _, by := range []prentice.Actor{bob, twin, ann} {
					if err := w.r.CloseReview(t.Context(), run.Number, by, "all was right, believe me"); prentice.KindOf(err) != prentice.Denied {
						t.Errorf("%s with %v behind closes the review: %v", by.Ref(), by.Behind, err)
					}
				}
				if open, err := w.r.Reviews(t.Context(), true, 0); err != nil || len(open) != 1 {
					t.Errorf("%d reviews are open (%v)", len(open), err)
				}
				if err := w.r.CloseReview(t.Context(), run.Number, eve, "it was right, I looked"); err != nil {
					t.Errorf("nobody is behind eve, and she may not close it: %v", err)
				}
			})
		})
	}
}
