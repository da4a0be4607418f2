package runner

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// fickle is a kind whose looks come out well from some attempt on.
type fickle struct {
	effect
	from int
}

func (f *fickle) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	out, err := f.effect.Apply(ctx, w)
	out.OK = f.times(w.Step.ID, w.Target.Ref) >= f.from
	return out, err
}

func TestALookIsMadeAgainUntilItComesOutAsItShould(t *testing.T) {
	for _, c := range []struct {
		name        string
		from, times int
		risk        prentice.Risk
		want        run.StepState
		attempts    int
	}{
		{"the third attempt is good", 3, 5, prentice.Look, run.Done, 3},
		{"none is", 99, 2, prentice.Look, run.NotDone, 3},
		{"the first is", 1, 5, prentice.Look, run.Done, 1},
		{"what changes something is made once", 3, 5, prentice.Change, run.NotDone, 1},
	} {
		r := &Runner{Deps: Deps{Switch: Switch{Stopped: func() bool { return false }}}}
		kind := &fickle{effect: effect{done: map[string]int{}}, from: c.from}
		s := prentice.PlannedStep{ID: "look", Section: prentice.Verify, Kind: "effect", Risk: c.risk, Retry: prentice.Retry{Times: c.times, Delay: "1ms", Backoff: 1}}
		d := &detail{Detail: &run.Detail{}}
		d.ThePlan = planOf(1, s)
		rec := run.StepRecord{Step: "look", Attempts: 1}
		out, _, err := r.attempts(context.Background(), d, kind, prentice.Work{Step: s, Target: prentice.Target{Ref: "host/a"}, Log: discard{}}, &rec)
		if got := r.judge(s, out, err); got != c.want || rec.Attempts != c.attempts || kind.times("look", "host/a") != c.attempts {
			t.Errorf("%s: %s after %d attempts, %d made", c.name, got, rec.Attempts, kind.times("look", "host/a"))
		}
	}
}

// away is a kind whose host does not answer before some attempt, or refuses for another reason.
type away struct {
	fickle
	why error
}

func (a *away) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	out, err := a.fickle.Apply(ctx, w)
	if !out.OK {
		return out, prentice.Errorf(prentice.Refused, "%w; nothing was done", a.why)
	}
	return out, err
}

func TestALookIsMadeAgainWhileItsHostDoesNotAnswer(t *testing.T) {
	for _, c := range []struct {
		name     string
		why      error
		want     run.StepState
		attempts int
	}{
		{"a host that is rebooted", prentice.Errorf(prentice.Unavailable, "host a cannot be reached"), run.Done, 3},
		{"a host with another key", prentice.Errorf(prentice.Refused, "the host key of a has changed"), run.NotDone, 1},
	} {
		r := &Runner{Deps: Deps{Switch: Switch{Stopped: func() bool { return false }}}}
		kind := &away{fickle{effect: effect{done: map[string]int{}}, from: 3}, c.why}
		s := prentice.PlannedStep{ID: "look", Section: prentice.Verify, Kind: "effect", Risk: prentice.Look, Retry: prentice.Retry{Times: 5, Delay: "1ms", Backoff: 1}}
		d := &detail{Detail: &run.Detail{}}
		d.ThePlan = planOf(1, s)
		rec := run.StepRecord{Step: "look", Attempts: 1}
		out, _, err := r.attempts(context.Background(), d, kind, prentice.Work{Step: s, Target: prentice.Target{Ref: "host/a"}, Log: discard{}}, &rec)
		if got := r.judge(s, out, err); got != c.want || rec.Attempts != c.attempts {
			t.Errorf("%s: %s after %d attempts: %v", c.name, got, rec.Attempts, err)
		}
	}
}

func TestAStopEndsTheRestBetweenAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stopped atomic.Bool
		r := &Runner{Deps: Deps{Switch: Switch{Stopped: stopped.Load}}}
		go func() { time.Sleep(3 * time.Second); stopped.Store(true) }()
		began := time.Now()
		if err := r.restBetween(context.Background(), time.Hour); err != errHalted || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		stopped.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := r.restBetween(ctx, time.Hour); err != context.DeadlineExceeded {
			t.Errorf("%v", err)
		}
	})
}
