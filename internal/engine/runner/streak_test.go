package runner

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
)

// useless lets fixes fail without back-off, so that only the row of useless ones
// holds back.
func useless(l *gate.Limits) { l.InARow, l.BackOff = 10, 0 }

// looking is a plan that only reads, and whose verification comes out well.
func looking() prentice.Plan {
	glance := step("glance", prentice.Act, "target")
	glance.Risk = prentice.Look
	plan := planOf(1, glance, step("seen", prentice.Verify, "here"))
	plan.Risk = prentice.Look
	return plan
}

func TestOnlyWhatHelpedEndsTheRowOfUselessFixes(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(useless)
		w.effect.sick["well"] = true
		w.until(w.alone("fix", 1).Number, prentice.Undone)

		fix := w.plan
		w.plan = looking()
		w.until(w.start(bob, "fix").Number, prentice.Verified) // reading helps no one
		w.plan = planOf(1, step("restart", prentice.Act, "target"))
		w.until(w.start(bob, "fix").Number, prentice.Unverified) // no one knows whether it did

		w.plan = fix
		w.effect.block = make(chan struct{})
		run := w.start(bob, "fix")
		<-w.effect.began
		if _, err := w.r.Cancel(t.Context(), run.Number, bob, "wrong one"); err != nil {
			t.Fatal(err)
		}
		w.until(run.Number, prentice.Cancelled)
		w.effect.block = nil

		w.until(w.alone("fix", 2).Number, prentice.Undone)
		wantHold(t, w.alone("fix", 3), prentice.HoldUseless)
		if rec, err := w.r.Record(t.Context(), "fix", "service/shop"); err != nil || rec.Useless != 2 || rec.Harmful != 2 {
			t.Errorf("%+v, %v", rec, err)
		}
		w.effect.sick["well"] = false
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		w.until(w.alone("fix", 4).Number, prentice.Verified)
	})
}

func TestAProcedureEarnsNothingByReading(t *testing.T) {
	each(t, looking(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.Fixed = 1 })
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		w.until(w.alone("fix", 1).Number, prentice.Verified)
		if rec, err := w.r.Record(t.Context(), "fix", "service/shop"); err != nil || rec.Runs != 0 || rec.Verified != 0 {
			t.Errorf("%+v, %v", rec, err)
		}
		w.plan = fixing()
		w.until(w.alone("fix-too", 2).Number, prentice.Verified) // nothing was fixed before
	})
}

func TestARunThatBeganNothingIsNoFixAndCoolsNothing(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(useless)
		w.plan.Limits.Cooldown = "1h0m0s"
		w.effect.shut = map[prentice.Ref]bool{"host/a": true}
		for range 3 {
			w.until(w.start(bob, "fix").Number, prentice.Failed)
		}
		if rec, err := w.r.Record(t.Context(), "fix", "service/shop"); err != nil || rec.Runs != 0 || rec.Useless != 0 {
			t.Errorf("%+v, %v", rec, err)
		}
		w.effect.shut = nil
		w.until(w.alone("fix", 1).Number, prentice.Verified)
		wantHold(t, w.alone("fix", 2), prentice.HoldCooldown)
	})
}

// What no one could reach fails for its procedure all the same: it is not tried
// over and over by itself.
func TestAProcedureThatCannotBeginBacksOff(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.BackOff = time.Minute })
		w.effect.shut = map[prentice.Ref]bool{"host/a": true}
		w.until(w.alone("fix", 1).Number, prentice.Failed)
		wantHold(t, w.alone("fix", 2), prentice.HoldBackOff)
	})
}
