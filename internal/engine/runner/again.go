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

// errStale says that another run ended since the checks were made: what they saw
// may have been its doing.
var errStale = errors.New("the checks are older than what another run did")

// looked is how a run's checks stand to its first act. They count for it only if
// the run waited for nothing in between and nothing else can have acted on its
// targets. Who loads a run anew has not looked.
type looked struct {
	good  bool
	locks bool  // they were made under the run's own locks, or see nothing that locks guard
	ends  int64 // how many runs had begun to end here before them
}

// stale is how old a request may be that has waited for nothing.
const stale = 30 * time.Second

// looks is how the checks will stand that are made now: good when nothing was
// waited for before and nothing holds a target. Other processes end runs unseen,
// so that beside them only checks under the run's own locks count.
func (r *Runner) looks(ctx context.Context, d *detail) (looked, error) {
	seen := looked{ends: r.ends.Load()}
	age := r.Clock().Sub(d.Created)
	if d.Attempt > 1 || checked(d) > 0 || age < 0 || age > stale {
		return seen, nil // a crash or a pause came between
	}
	if len(d.ThePlan.In(prentice.Check)) == 0 {
		return looked{good: true, locks: true}, nil
	}
	if r.shared() {
		return seen, nil
	}
	held, err := r.Locked(ctx, d.Detail)
	seen.good = err == nil && !held
	return seen, err
}

// lookAgain takes the targets and looks under their locks whether the plan is
// still the one for this world. Without checks there is nothing to look at that
// another run could change.
func (r *Runner) lookAgain(ctx context.Context, d *detail) (*run.Void, error) {
	if len(d.ThePlan.In(prentice.Check)) > 0 {
		err := r.move(ctx, d, run.Next{State: prentice.Queued, Says: "has its targets; checks once more before it acts"},
			func(tx *db.Tx, now time.Time) error { return r.reserve(tx, d, now) })
		if err != nil {
			return nil, err
		}
	}
	v, err := r.outgrown(ctx, d)
	d.looked = looked{good: v == nil && err == nil, locks: true}
	return v, err
}

// closeLooks proves checks that a crash interrupted as not done: they are made
// anew, in a round of their own.
func (r *Runner) closeLooks(ctx context.Context, d *detail) error {
	for _, rec := range d.Steps {
		if rec.Section != prentice.Check || rec.State != run.Intended {
			continue
		}
		if _, err := r.Reaper.Reap(ctx, run.StepKey(rec), d.OriginOf(rec).Session); err != nil {
			return fmt.Errorf("end what a crash left of %s: %w", run.StepKey(rec), err)
		}
		if _, err := r.prove(ctx, d, rec, run.NotDone, prentice.Outcome{Says: "interrupted; it is made anew"}); err != nil {
			return err
		}
	}
	return nil
}

// checked is the last round of checks in the journal, or 0.
func checked(d *detail) int {
	last := 0
	for _, s := range d.Steps {
		if s.Section == prentice.Check {
			last = max(last, s.Round)
		}
	}
	return last
}
