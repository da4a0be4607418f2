package runner

import (
	"context"
	"sync/atomic"

	"prentice/internal/engine/rollout"
	"prentice/internal/engine/run"
)

// detail is a run that is carried out, with what is known of it in this process alone.
type detail struct {
	*run.Detail
	looked  looked       // since it was loaded
	flying  atomic.Int32 // targets that are acted on at this moment
	rolling int          // the number of the batch that is under way, or 0; written only while no target is acted on
}

// part is what the run's plan goes over its targets by.
func (d *detail) part() rollout.Part { return rollout.Of(d.ThePlan) }

// load reads a run, to carry it on.
func (r *Runner) load(ctx context.Context, number int64) (*detail, error) {
	d, err := r.Load(ctx, number)
	if err != nil {
		return nil, err
	}
	return &detail{Detail: d}, nil
}
