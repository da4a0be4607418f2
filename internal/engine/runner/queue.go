package runner

import (
	"context"
	"errors"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// queue waits for the calendar if the run may, takes the locks, and looks again
// whether the world is still the one that was approved: nothing may be waited for
// between the last look and the first act.
func (r *Runner) queue(ctx context.Context, d *detail) error {
	if d.ThePlan.Open {
		return prentice.Errorf(prentice.Internal, "the plan of run %d was not decided", d.Number)
	}
	says, until, err := r.shut(ctx, d)
	if err != nil {
		return err
	}
	if says != "" {
		return r.sleep(ctx, d, says, until)
	}
	v, h, err := r.drifted(ctx, d)
	if err != nil {
		return r.unlooked(ctx, d, "whether it still is as it was when it was checked", err)
	}
	if v != nil {
		return r.void(ctx, d, v, h)
	}
	if !d.looked.good {
		if v, err = r.lookAgain(ctx, d); v != nil {
			return r.void(ctx, d, v, h)
		}
	}
	if err == nil {
		err = r.lockAll(ctx, d)
	}
	if full, ok := errors.AsType[gate.Error](err); ok {
		return r.notAdmitted(ctx, d, full.HoldBack)
	}
	if errors.Is(err, errStale) {
		d.looked = looked{}
		return r.queue(ctx, d)
	}
	if err != nil {
		return err
	}
	return r.act(ctx, d)
}

// lockAll takes all the targets and lets the run act, or takes none.
func (r *Runner) lockAll(ctx context.Context, d *detail) error {
	cooldown, _, _, err := d.ThePlan.Limits.Times()
	if err != nil {
		return err
	}
	return r.move(ctx, d, run.Next{State: prentice.Running, Says: "acting on " + prentice.CountTargets(len(d.ThePlan.Targets), d.ThePlan.Targets[0].Ref), Kind: "run.started"},
		func(tx *db.Tx, now time.Time) error {
			if err := r.reserve(tx, d, now); err != nil {
				return err
			}
			if !d.looked.locks && d.looked.ends != r.ends.Load() {
				return errStale
			}
			if err := run.Agree(tx, d.Detail, now); err != nil {
				return err
			}
			if d.ThePlan.Risk == prentice.Look {
				return nil
			}
			if err := admit(tx, r.Estate.Limits(), d, now); err != nil || cooldown == 0 {
				return err
			}
			return run.Cool(tx, d.Detail, now.Add(cooldown))
		})
}

// notAdmitted is what becomes of a run that has leave and gets no place: it is
// refused when the hour is full, and otherwise stands in line.
func (r *Runner) notAdmitted(ctx context.Context, d *detail, h prentice.HoldBack) error {
	if !h.Until.IsZero() {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: h.Says, Hold: h})
	}
	return r.standInLine(ctx, d, h)
}

// standInLine waits until some lock is let go. It holds nothing meanwhile.
func (r *Runner) standInLine(ctx context.Context, d *detail, h prentice.HoldBack) error {
	freed := r.freed.wait()
	if says := "waits: " + h.Says; d.State != prentice.Queued || d.Says != says {
		if err := r.move(ctx, d, run.Next{State: prentice.Queued, Says: says, Hold: h}, releaseAs(d)); err != nil {
			return err
		}
	}
	select {
	case <-freed:
	case <-time.After(time.Second): // another process may have let go
	case <-ctx.Done():
		return r.parkedOr(ctx)
	}
	return nil
}
