package runner

import (
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func TestWhatADrainedProcessAcceptsSaysThatItDoesNotGoOnAndCanBeCancelled(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		asked := w.start(bob, "fix")
		w.until(asked.Number, prentice.Waiting)
		if err := w.r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		approved, err := w.r.Answer(t.Context(), run.Reply{Run: asked.Number, Actor: ann, Yes: true})
		if err != nil || approved.Hold == nil || approved.Hold.Code != prentice.HoldDraining {
			t.Errorf("approved: %+v, %v", approved, err)
		}
		started := w.start(bob, "fix-2")
		w.look()
		for _, n := range []int64{asked.Number, started.Number} {
			if d, err := w.r.Show(t.Context(), n); err != nil || d.Hold == nil || d.Hold.Code != prentice.HoldDraining || d.State.Ended() {
				t.Errorf("run %d: %s (%s), %+v, %v", n, d.State, d.Says, d.Hold, err)
			}
			if run, err := w.r.Cancel(t.Context(), n, bob, "never mind"); err != nil || run.State != prentice.Cancelled || run.Hold != nil {
				t.Errorf("cancelled: %+v, %v", run, err)
			}
		}
		if n := w.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("it acted %d times", n)
		}
	})
}

func TestADrainedProcessHandsItsRunsToAnotherThatLives(t *testing.T) {
	plan := planOf(1, step("one", prentice.Act, "target"), step("two", prentice.Act, "target"))
	shared(t, plan, allow, func(t *testing.T, a, b *world, _ *crew) {
		a.effect.block = make(chan struct{}, 1)
		run := a.start(bob, "fix")
		<-a.effect.began
		drained := make(chan error, 1)
		go func() { drained <- a.r.Drain(t.Context()) }()
		for !a.r.Draining() {
			b.takeOver()
		}
		a.effect.block <- struct{}{} // the step under way ends where it was begun
		if err := <-drained; err != nil {
			t.Fatal(err)
		}
		later := a.start(bob, "fix-later")
		if later.Hold != nil {
			t.Errorf("another lives, and it says %+v", later.Hold)
		}
		b.takeOver()
		b.until(run.Number, prentice.Unverified)
		b.until(later.Number, prentice.Unverified)
		if a.effect.times("one", "host/a") != 1 || b.effect.times("one", "host/a") != 1 || b.effect.times("two", "host/a") != 2 || a.effect.times("two", "host/a") != 0 {
			t.Errorf("at a %v, at b %v", a.effect.done, b.effect.done)
		}
	})
}
