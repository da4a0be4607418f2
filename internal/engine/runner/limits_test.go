package runner

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// limit sets one number of the limits in force.
func (w *world) limit(change func(*gate.Limits)) {
	w.limits.Store(nil)
	l := w.Limits()
	change(&l)
	w.limits.Store(&l)
}

// alone asks for a run as an event does.
func (w *world) alone(procedure string, event int64) prentice.Run {
	w.t.Helper()
	run, err := w.r.Start(w.t.Context(), prentice.RunRequest{Procedure: procedure, Actor: prentice.Prentice("event"), EventNumber: event})
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

func wantHold(t *testing.T, run prentice.Run, code prentice.HoldCode) {
	t.Helper()
	if run.Hold == nil || run.Hold.Code != code || run.Hold.WayOut == "" {
		t.Errorf("run %d is %s (%s), held by %+v; want %s", run.Number, run.State, run.Says, run.Hold, code)
	}
}

// Many runs begin at the same moment, and each has been told before that there is
// room: only as many act as may.
func TestNobodyRacesPastALimit(t *testing.T) {
	const most, wanted = 5, 20
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.PerHour[gate.Installation] = most })
		w.r.Stop(time.Second) //nolint:errcheck // this test takes the places itself
		var runs []*detail
		for i := range wanted {
			d := &detail{Detail: &run.Detail{}}
			d.Number, d.Procedure, d.ThePlan = int64(i+1), "fix", fixing()
			runs = append(runs, d)
		}
		var all sync.WaitGroup
		errs := make([]error, wanted)
		for i, d := range runs {
			all.Go(func() {
				errs[i] = w.db.Write(context.Background(), func(tx *db.Tx) error { return admit(tx, w.Limits(), d, w.r.Clock()) })
			})
		}
		all.Wait()
		passed := 0
		for _, err := range errs {
			held, is := err.(gate.Error)
			switch {
			case err == nil:
				passed++
			case !is || held.Code != prentice.HoldOverLimit || held.Until.IsZero():
				t.Errorf("held by %v", err)
			}
		}
		if passed != most {
			t.Errorf("%d acted, want %d", passed, most)
		}
	})
}

func TestTheHourBindsPeopleTooUntilAnOwnerLiftsIt(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.PerHour[gate.Service] = 2 })
		for range 2 {
			w.until(w.start(bob, "fix").Number, prentice.Verified)
		}
		third := w.start(bob, "fix")
		wantHold(t, third, prentice.HoldOverLimit)
		if !strings.Contains(third.Says, "2 of 2 runs this hour for the service service/shop") {
			t.Errorf("says %q", third.Says)
		}
		shown, err := w.r.Show(t.Context(), third.Number)
		if err != nil {
			t.Fatal(err)
		}
		wantHold(t, shown.Run, prentice.HoldOverLimit)
		state, err := w.r.LimitState(t.Context())
		if err != nil || len(state.Uses) < 3 {
			t.Fatalf("%+v, %v", state, err)
		}
		wantKind(t, w.r.Override(t.Context(), prentice.HoldOverLimit, "service/pub", cat, "wrong name"), prentice.NotFound)
		wantKind(t, w.r.Override(t.Context(), prentice.HoldStopped, "service/shop", cat, "cannot"), prentice.Invalid)
		if err := w.r.Override(t.Context(), prentice.HoldOverLimit, "service/shop", cat, "I stand beside it"); err != nil {
			t.Fatal(err)
		}
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		w.now.Store(int64(2 * time.Hour))
		w.until(w.start(bob, "fix").Number, prentice.Verified)
	})
}

func TestWhoGetsNoPlaceStandsInLine(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.AtOnce[gate.Service] = 1 })
		w.effect.block = make(chan struct{}, 2)
		first := w.start(bob, "fix")
		<-w.effect.began
		plan := w.plan
		plan.Targets = []prentice.Target{{Ref: "host/z", Local: true}}
		w.plan = plan // another host, the same service
		second := w.start(bob, "fix-too")
		wantHold(t, w.until(second.Number, prentice.Queued).Run, prentice.HoldOverLimit)
		w.effect.block <- struct{}{}
		w.effect.block <- struct{}{}
		w.until(first.Number, prentice.Verified)
		if d := w.until(second.Number, prentice.Verified); d.Hold != nil {
			t.Errorf("still held: %+v", d.Hold)
		}
		if n := w.effect.most.Load(); n != 1 {
			t.Errorf("%d acted at once", n)
		}
	})
}

func TestUselessFixesAreRememberedAndForgivenWhenOneHelps(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.InARow, l.BackOff = 2, time.Minute })
		w.effect.sick["well"] = true
		w.until(w.alone("fix", 1).Number, prentice.Undone)
		wantHold(t, w.alone("fix", 2), prentice.HoldBackOff)
		w.until(w.alone("fix-too", 3).Number, prentice.Undone)
		wantHold(t, w.alone("fix-otherwise", 4), prentice.HoldUseless) // whatever the procedure
		w.plan.Subject = "service/pub"
		w.until(w.alone("fix", 5).Number, prentice.Undone)
		w.plan.Subject = "service/inn"
		wantHold(t, w.alone("fix", 6), prentice.HoldFailures) // whatever the subject
		w.plan.Subject = "service/shop"
		state, err := w.r.LimitState(t.Context())
		if err != nil || len(state.InForce) < 4 {
			t.Errorf("%+v, %v", state.InForce, err)
		}
		again := w.runner() // another process finds the same
		if also, err := again.LimitState(t.Context()); err != nil || len(also.InForce) != len(state.InForce) {
			t.Errorf("%+v, %v", also.InForce, err)
		}
		w.effect.sick["well"] = false
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		w.until(w.alone("fix", 7).Number, prentice.Verified)
	})
}

func TestWhatIsFixedAgainAndAgainIsNotFixedAgain(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.limit(func(l *gate.Limits) { l.Fixed = 2 })
		for _, event := range []int64{1, 2} {
			w.until(w.alone("fix", event).Number, prentice.Verified)
		}
		wantHold(t, w.alone("fix", 3), prentice.HoldFlapping)
		w.until(w.start(bob, "fix").Number, prentice.Verified)
		if err := w.r.Override(t.Context(), prentice.HoldFlapping, "service/shop", cat, "the cable is changed"); err != nil {
			t.Fatal(err)
		}
		w.until(w.alone("fix", 4).Number, prentice.Verified)
		w.flaps = "it changed 5 times"
		wantHold(t, w.alone("fix", 5), prentice.HoldFlapping)
	})
}

func TestWhatIsNotOursIsLeftAlone(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.unmanaged = "host/a"
		wantHold(t, w.start(bob, "fix"), prentice.HoldUnmanaged)
	})
}

func TestAfterACrashOnlyWhatPeopleStartedGoesOn(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		theirs, ours, answered := w.start(bob, "fix"), w.alone("fix-too", 1), w.alone("fix-three", 2)
		for _, run := range []prentice.Run{theirs, ours, answered} {
			w.until(run.Number, prentice.Waiting)
		}
		if err := w.r.begun(t.Context()); err != nil { // the one before never ended
			t.Fatal(err)
		}
		w.effect.truth["restart"] = prentice.No
		crash(t, w, theirs.Number)
		crash(t, w, ours.Number)
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(theirs.Number, prentice.Verified)
		w.held(ours.Number)
		fresh := w.alone("fix-four", 3)
		w.held(fresh.Number)
		if n := w.effect.times("down", ""); n != 3 {
			t.Errorf("%d checks were made, want those of before the crash", n)
		}
		// Leave that is given now is a person's word on this run.
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: answered.Number, Actor: ann, Yes: true}); err != nil {
			t.Fatal(err)
		}
		w.until(answered.Number, prentice.Verified)

		_, err := w.r.Resume(t.Context(), prentice.Prentice("event"), "")
		wantKind(t, err, prentice.Denied)
		going, err := w.r.Resume(t.Context(), bob, "all is well")
		if err != nil || len(going) != 2 {
			t.Fatalf("%v go on (%v)", going, err)
		}
		w.until(ours.Number, prentice.Verified)
		w.until(fresh.Number, prentice.Waiting)
		_, err = w.r.Resume(t.Context(), bob, "again")
		wantKind(t, err, prentice.Conflict)
	})
}

func TestWhoSaysResumeForgetsNoRunThatIsJustBeingHeld(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		if err := w.r.begun(t.Context()); err != nil {
			t.Fatal(err)
		}
		runs := make([]prentice.Run, 6)
		var all sync.WaitGroup
		for i := range runs {
			all.Go(func() { runs[i] = w.alone(fmt.Sprintf("fix-%d", i), int64(i+1)) })
		}
		if _, err := w.r.Resume(t.Context(), bob, "all is well"); err != nil {
			t.Fatal(err)
		}
		all.Wait()
		for _, run := range runs {
			w.until(run.Number, prentice.Verified)
		}
	})
}

func TestAnOrderlyEndPausesNothing(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		if err := w.r.Stop(5 * time.Second); err != nil {
			t.Fatal(err)
		}
		if err := w.r.begun(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := w.r.Pause(t.Context()); p != nil || err != nil {
			t.Errorf("paused: %+v (%v)", p, err)
		}
	})
}

func TestTheKillSwitchInterruptsTheStepUnderWay(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { w.r.Run(ctx) }) //nolint:errcheck // it never fails
		defer all.Wait()
		defer cancel()
		w.effect.block = make(chan struct{})
		run := w.start(bob, "fix")
		<-w.effect.began
		w.stop.Store(true)
		d := w.until(run.Number, prentice.Cancelled)
		if !strings.Contains(d.Says, "everything was stopped: person/oz: a test") || !strings.Contains(d.Says, "step restart on host/a was interrupted") {
			t.Errorf("says %q", d.Says)
		}
		wantHold(t, w.start(bob, "fix"), prentice.HoldStopped)
	})
}

// held waits until a run is known to be paused.
func (w *world) held(number int64) {
	w.t.Helper()
	w.heldBy(number, prentice.HoldPaused)
}

// heldBy waits until a run is known to be held back by something.
func (w *world) heldBy(number int64, code prentice.HoldCode) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if d, err := w.r.Show(w.t.Context(), number); err == nil && d.Hold != nil && d.Hold.Code == code && !d.State.Ended() {
			return
		}
	}
	w.t.Fatalf("run %d is not blocked by %s", number, code)
}
