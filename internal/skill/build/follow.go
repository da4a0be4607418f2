package build

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/release"
)

const (
	looks    = time.Second      // between two looks at deployments that go on
	unbegun  = 20 * time.Second // until a run is looked for that no one has written down
	neverRun = 2 * time.Minute  // until it is taken that none was asked for
)

// ring wakes who follows deployments.
func (k *Desk) ring() {
	select {
	case k.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// follow writes down how deployments end, until ctx ends. All that it knows is in the
// database, so that it goes on where another has ended.
func (k *Desk) follow(ctx context.Context) error {
	if k.there() != nil {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		going, err := k.settle(ctx)
		if err != nil && ctx.Err() == nil {
			k.Log.Error("deployments", "err", err)
		}
		pause := looks
		if going == 0 && err == nil {
			pause = 10 * time.Second
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-k.wake:
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// settle looks at each deployment that goes on once. One that cannot be looked at holds up
// no other.
func (k *Desk) settle(ctx context.Context) (going int, err error) {
	if err := k.adopt(ctx); err != nil {
		return 0, err
	}
	list, err := k.Releases.Going(ctx)
	for _, d := range list {
		ended, one := k.look(ctx, d, k.Clock())
		if !ended {
			going++
		}
		if one != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", d.Ref(), one))
		}
	}
	return going, err
}

// look ends a deployment whose run has ended, and finds the run of one that was asked for
// by a process that is gone.
func (k *Desk) look(ctx context.Context, d release.Deployment, now time.Time) (ended bool, err error) {
	if d.Run == 0 {
		if now.Sub(d.Asked) < unbegun {
			return false, nil
		}
		run, err := k.Runs.Find(ctx, d.Procedure, string(d.Ref())+":", d.Asked)
		if err != nil {
			return false, err
		}
		if run == 0 {
			if now.Sub(d.Asked) < neverRun {
				return false, nil
			}
			_, err = k.Releases.End(ctx, now, d.Number, release.Void, time.Time{}, "prentice ended before its run was asked for")
			return true, err
		}
		if d, err = k.Releases.Performs(ctx, now, d.Number, run); err != nil {
			return false, err
		}
	}
	run, err := k.Runs.Show(ctx, d.Run)
	if prentice.KindOf(err) == prentice.NotFound {
		_, err = k.Releases.End(ctx, now, d.Number, release.Uncertain, time.Time{}, fmt.Sprintf("run/%d is not there any more", d.Run))
		return true, err
	}
	if err != nil {
		return false, err
	}
	o, over := release.OutcomeOf(run)
	if !over {
		return false, nil
	}
	at := run.Ended
	if at.IsZero() {
		at = now
	}
	_, err = k.Releases.End(ctx, at, d.Number, o, run.Started, run.Says)
	return true, err
}
