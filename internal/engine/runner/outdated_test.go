package runner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db/dbtest"
)

// later lets time pass and looks at the proposals.
func (w *world) later(by time.Duration) {
	w.t.Helper()
	w.now.Add(int64(by))
	if err := w.r.withdrawOutdated(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func TestAProposalWhoseProcedureHasChangedIsWithdrawn(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		one, stays := w.start(bob, "fix"), w.start(bob, "fix-held")
		w.until(one.Number, prentice.Waiting)
		w.until(stays.Number, prentice.Waiting)
		w.plan.Digest = "sha256:another"
		w.later(20 * time.Second)
		if d := w.until(one.Number, prentice.Waiting); d.Void != nil {
			t.Errorf("it is withdrawn while the file may be in work: %s", d.Says)
		}
		w.plan.Digest = ""
		w.later(20 * time.Second)
		w.plan.Digest = "sha256:another"
		w.later(20 * time.Second)
		w.later(50 * time.Second)
		w.until(one.Number, prentice.Waiting) // it was the same in between
		w.later(20 * time.Second)
		d := w.ended(one.Number)
		if d.State != prentice.RunRefused || !strings.Contains(d.Says, "withdrawn: its procedure has changed since it was proposed") || d.Void == nil || d.Void.New == d.Void.Old {
			t.Errorf("%s (%s) %+v", d.State, d.Says, d.Void)
		}
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true, Reason: "yes"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("it is approved: %v", err)
		}
		if kinds, ends := w.evidence(one.Ref()); kinds["run.voided"] != 1 || ends != 1 {
			t.Errorf("evidence %v", kinds)
		}
	})
}

func TestAProposalThatIsTheSameStays(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		for range 5 {
			w.later(time.Minute)
		}
		w.until(run.Number, prentice.Waiting)
	})
}

func TestAProposalIsLookedAtWhenTheFilesHaveChanged(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		edition := 1
		w.r.Edition = func() any { return edition }
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.later(time.Minute)
		w.plan.Targets = nil
		w.later(time.Minute)
		w.later(time.Minute)
		w.until(run.Number, prentice.Waiting) // no one said that anything changed
		edition++
		w.later(time.Minute)
		w.later(2 * time.Minute)
		if d := w.ended(run.Number); d.State != prentice.RunRefused || !strings.Contains(d.Says, "what it is made from has changed") {
			t.Errorf("%s (%s)", d.State, d.Says)
		}
	})
}

func TestOfAnAnswerAndAWithdrawalAtOnceOneCounts(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		for round := range 5 {
			one := w.start(bob, fmt.Sprint("fix-", round))
			d := w.until(one.Number, prentice.Waiting)
			loaded, err := w.r.load(t.Context(), d.Number)
			if err != nil {
				t.Fatal(err)
			}
			dbtest.Together(2, func(i int) error {
				if i == 0 {
					return w.r.endOutdated(t.Context(), loaded, run.Void{Says: "withdrawn", Old: d.Plan})
				}
				_, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true, Reason: "yes"})
				return err
			})
			end := w.ended(one.Number)
			if _, ends := w.evidence(one.Ref()); ends != 1 || end.State == prentice.RunRefused && w.effect.times("restart", "host/a") != 0 && round == 0 {
				t.Errorf("%s (%s), %d ends", end.State, end.Says, ends)
			}
		}
	})
}
