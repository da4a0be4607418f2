package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// expire ends the waits that no one answered in time. A human step that no one
// confirmed counts as not done. A run that cannot be ended says why, and keeps no
// other from its end.
func (r *Runner) expire(ctx context.Context) error {
	late, err := r.Late(ctx, r.Clock())
	if err != nil {
		return err
	}
	for _, n := range late {
		if err := r.expireOne(ctx, n); err != nil && ctx.Err() == nil {
			r.cannot("run not expired", n, prentice.Waiting, err)
		}
	}
	return nil
}

// errInTime says that a run was answered in the meantime.
var errInTime = errors.New("the run does not wait any more, or not so long")

func (r *Runner) expireOne(ctx context.Context, number int64) error {
	d, err := r.load(ctx, number)
	if err != nil {
		return err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		switch {
		case d.State != prentice.Waiting || d.Expires.IsZero() || now.Before(d.Expires):
			return run.Next{}, errInTime
		case d.Waits == run.WaitsApproval:
			return run.Next{State: prentice.Expired, Says: "no one answered in time; nothing was done"}, nil
		}
		return r.confirmed(tx, d, run.NotDone, "no one confirmed it in time", run.Next{}, now)
	})
	if err != nil && !errors.Is(err, errInTime) {
		return fmt.Errorf("expire run %d: %w", number, err)
	}
	return nil
}

// withdraw ends the waits for approval that have become needless: what prentice
// itself proposed for an incident that is over. People are not asked about it any
// more.
func (r *Runner) withdraw(ctx context.Context) error {
	if r.Over == nil {
		return nil
	}
	asked, err := r.ProposedForIncidents(ctx)
	if err != nil {
		return err
	}
	for _, n := range asked {
		if err := r.withdrawOne(ctx, n); err != nil && ctx.Err() == nil {
			r.cannot("run not withdrawn", n, prentice.Waiting, err)
		}
	}
	return nil
}

func (r *Runner) withdrawOne(ctx context.Context, number int64) error {
	d, err := r.load(ctx, number)
	if err != nil {
		return err
	}
	over, err := r.Over(ctx, number, d.Incident)
	if err != nil {
		return fmt.Errorf("ask whether %s is over: %w", d.Incident, err)
	}
	if !over {
		return nil
	}
	err = r.transit(ctx, d, func(*db.Tx, time.Time) (run.Next, error) {
		if d.State != prentice.Waiting || d.Waits != run.WaitsApproval {
			return run.Next{}, errInTime
		}
		return run.Next{State: prentice.RunRefused, Says: fmt.Sprintf("withdrawn: %s is over, and nothing was done", d.Incident), Kind: "run.withdrawn"}, nil
	})
	if err != nil && !errors.Is(err, errInTime) {
		return fmt.Errorf("withdraw run %d: %w", number, err)
	}
	return nil
}
