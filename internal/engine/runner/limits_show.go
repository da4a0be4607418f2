package runner

import (
	"context"
	"time"

	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// LimitState is the limits in force and all that holds runs now.
func (r *Runner) LimitState(ctx context.Context) (out run.LimitState, err error) {
	now := r.Clock()
	if out.Stopped = r.Stopped(); out.Stopped {
		out.Why = r.StopSays()
	}
	if out.Pause, err = r.Pause(ctx); err != nil {
		return out, err
	}
	if out.Uses, err = r.Uses(ctx, r.Estate.Limits(), now); err != nil {
		return out, err
	}
	if out.InForce, out.More, err = r.inForce(ctx, now); err != nil {
		return out, err
	}
	out.Locks, err = r.Locks(ctx)
	return out, err
}

// Pause says whether work that no person started is paused, and what is held; nil
// when it is not.
func (r *Runner) Pause(ctx context.Context) (*run.Pause, error) {
	since, says, err := r.PausedSince(ctx)
	if err != nil || since.IsZero() {
		return nil, err
	}
	held, err := r.pausedRuns(ctx)
	return &run.Pause{Since: since, Says: says, Held: held}, err
}

// inForce is what holds more than one run now, and how many cool-downs are left out.
func (r *Runner) inForce(ctx context.Context, now time.Time) (list []gate.Block, more int, err error) {
	l, kept := r.Estate.Limits(), gate.Kept{}
	if kept.Streaks, err = r.KeptStreaks(ctx); err != nil {
		return nil, 0, err
	}
	if kept.Cooldowns, more, err = r.KeptCooldowns(ctx, now); err != nil {
		return nil, 0, err
	}
	if kept.Fixed, err = r.KeptFixed(ctx, now.Add(-l.Within)); err != nil {
		return nil, 0, err
	}
	return gate.InForce(l, now, kept), more, nil
}
