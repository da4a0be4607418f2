package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

const (
	leaveLasts = 7 * 24 * time.Hour // how long a run that has leave waits for the calendar
	lookAgain  = time.Minute        // a freeze may be lifted, so no one sleeps longer than this
)

// shut says why a run that may wait for the calendar must not begin now, or "".
func (r *Runner) shut(ctx context.Context, d *detail) (says string, until time.Time, err error) {
	if !d.Window || d.BreakGlassBy != "" || d.ThePlan.Risk == prentice.Look {
		return "", time.Time{}, nil
	}
	if says, until, err = r.Calendar.Hold(ctx, d.ThePlan, r.Clock()); err != nil {
		return "", until, fmt.Errorf("ask the calendar: %w", err)
	}
	return says, until, nil
}

// sleep lets a run wait for the calendar as a row and nothing else: no
// goroutine, no lock. The runner's tick wakes it.
func (r *Runner) sleep(ctx context.Context, d *detail, says string, until time.Time) error {
	now := r.Clock()
	wakes := now.Add(lookAgain)
	if !until.IsZero() && until.Before(wakes) {
		wakes = until
	}
	ends := d.Expires
	if !run.Asleep(d.Run) {
		ends = now.Add(leaveLasts)
	}
	if !now.Before(ends) {
		return r.move(ctx, d, run.Next{State: prentice.Expired, Says: "the calendar did not let it begin in time; nothing was done"})
	}
	says = "is approved, and waits for the calendar: " + says
	if run.Asleep(d.Run) && d.Says == says {
		return orParked(r.Doze(ctx, d.Detail, wakes))
	}
	return orParked(r.move(ctx, d, run.Next{State: prentice.Queued, Says: says, Expires: ends.Sub(now), Wakes: wakes, Kind: "run.held"}, releaseAs(d)))
}

// orParked says that there is nothing more to do for a run now.
func orParked(err error) error {
	if err == nil {
		return errParked
	}
	return err
}

// wake begins again with the runs whose time has come.
func (r *Runner) wake(ctx context.Context) error {
	due, err := r.Awake(ctx, r.Clock())
	if err != nil {
		return err
	}
	r.beginThese(ctx, due)
	return nil
}

// beginThese begins runs. One that cannot be begun says why, and keeps no other
// from beginning; it is tried again.
func (r *Runner) beginThese(ctx context.Context, runs []run.Idle) {
	for _, run := range runs {
		if err := r.begin(ctx, run); err != nil && ctx.Err() == nil {
			r.cannot("run not begun", run.Number, prentice.Queued, err)
		}
	}
}
