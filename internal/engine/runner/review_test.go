package runner

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func TestNobodyClosesTheReviewOfARunThatTheyCaused(t *testing.T) {
	eve := prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Approver, Door: "api"}
	twin := eve
	twin.Behind = []prentice.Ref{bob.Ref()}
	bot := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator, Behind: []prentice.Ref{bob.Ref()}, Door: "api"}
	for name, c := range map[string]struct{ asks prentice.Actor }{"asked for it": {bob}, "by an agent": {bot}} {
		t.Run(name, func(t *testing.T) {
			each(t, fixing(), askTwo, func(t *testing.T, w *world) {
				run := w.start(c.asks, "fix")
				w.until(run.Number, prentice.Waiting)
				if _, err := w.r.BreakGlass(t.Context(), run.Number, "", ann, "the shop burns and no one is there"); err != nil {
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
					t.Errorf("no one is behind eve, and she may not close it: %v", err)
				}
			})
		})
	}
}

// A causer goes on alone only where no independent person could answer, and the
// review of it stays open until there is one.
func TestWhoeverCausedARunGoesOnAloneOnlyWhereNobodyIsIndependent(t *testing.T) {
	through := ann
	through.Behind = []prentice.Ref{cat.Ref()}
	why := "the shop burns and no one is there"
	each(t, fixing(), askTwo, func(t *testing.T, w *world) {
		one := w.start(cat, "fix")
		w.until(one.Number, prentice.Waiting)
		for _, by := range []prentice.Actor{cat, through} {
			shown, err := w.r.ShowTo(t.Context(), one.Number, by)
			if err != nil || shown.Override == nil || shown.Override.May || !strings.HasPrefix(shown.Override.Try, "let person/ann ") {
				t.Errorf("%s is shown %+v %v", by.Ref(), shown.Override, err)
			}
			_, err = w.r.BreakGlass(t.Context(), one.Number, "", by, why)
			if prentice.KindOf(err) != prentice.Denied || !strings.HasSuffix(err.Error(), ": let person/ann approve, or use break-glass") {
				t.Errorf("ann is independent, and %s goes on alone: %v", by.Ref(), err)
			}
		}
		if shown, err := w.r.ShowTo(t.Context(), one.Number, ann); err != nil || shown.Override == nil || !shown.Override.May {
			t.Errorf("ann is shown %+v %v", shown.Override, err)
		}
		w.letIn = cat.Ref()
		_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: through, Yes: true})
		if prentice.KindOf(err) != prentice.Denied || !strings.Contains(err.Error(), "no one on the team is independent of person/cat") {
			t.Errorf("the ways out are not told: %v", err)
		}
		if _, err := w.r.BreakGlass(t.Context(), one.Number, "", through, why); err != nil {
			t.Fatalf("no one is independent, and the emergency waits: %v", err)
		}
		w.until(one.Number, prentice.Verified)
		err = w.r.CloseReview(t.Context(), one.Number, through, "all was right, believe me")
		if prentice.KindOf(err) != prentice.Denied || !strings.Contains(err.Error(), "no one on the team is independent of person/ann or person/cat") {
			t.Errorf("the review: %v", err)
		}
	})
}
