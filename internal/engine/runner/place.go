package runner

import (
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// reserve takes all the targets of a run, and a place among those that act.
func (r *Runner) reserve(tx *db.Tx, d *detail, now time.Time) error {
	holder, err := run.Lock(tx, d.Number, d.ThePlan.Targets, now)
	if err != nil {
		return err
	}
	if holder != "" {
		return gate.Error{HoldBack: gate.Hold(prentice.HoldTargetIsBusy, "it goes on by itself when that run ends", "%s", holder)}
	}
	if d.ThePlan.Risk == prentice.Look {
		return nil
	}
	return place(tx, r.Estate.Limits(), d, r.Estate.System(d.Subject))
}

// place gives a run a place among those that act, or says what keeps it from it.
// It must be called in the write that takes the locks: what is counted there
// cannot change until it is committed.
func place(tx *db.Tx, l gate.Limits, d *detail, in prentice.Ref) error {
	acting, err := run.ActingIn(tx, d.Number, in, d.Subject)
	if err != nil {
		return err
	}
	if err := gate.AsError(acting.Full(l)); err != nil {
		return err
	}
	return run.ActsNow(tx, d.Number, in, d.Subject)
}

// admit counts a run among those of the hour, or says that the hour is full. It
// must be called in the write that lets the run act.
func admit(tx *db.Tx, l gate.Limits, d *detail, now time.Time) error {
	hour, err := run.HourOf(tx.Query, l, d.ThePlan, now)
	if err != nil {
		return err
	}
	if err := gate.AsError(hour.Full()); err != nil {
		return err
	}
	return run.CountIn(tx, hour.Uses, now)
}

// releaseAs is release for what a run's move must do besides.
func releaseAs(d *detail) func(*db.Tx, time.Time) error {
	return func(tx *db.Tx, _ time.Time) error { return run.Release(tx, d.Number) }
}
