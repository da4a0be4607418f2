package runner

import (
	"context"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
)

// Fence ends as uncertain every run that was under way, was queued or was looking
// when this database was copied: what it has done since is not known, and going on
// where the copy ends would do it again. A run that waits for an approval waits on.
// It is called before anything is performed.
func (r *Runner) Fence(ctx context.Context, says string) ([]int64, error) {
	open, err := r.UnderWay(ctx)
	if err != nil {
		return nil, err
	}
	var fenced []int64
	for _, n := range open {
		d, err := r.load(ctx, n)
		if err != nil && ctx.Err() == nil {
			r.cannot("run not ended", n, prentice.Running, err) // what cannot be read is not performed either
			continue
		}
		if err == nil {
			err = r.move(ctx, d, run.Next{State: prentice.Uncertain, Says: says})
		}
		if errors.Is(err, run.ErrMoved) {
			continue // another process of this installation was faster
		}
		if err != nil {
			return fenced, fmt.Errorf("end run %d, which was under way in the copy: %w", n, err)
		}
		fenced = append(fenced, n)
	}
	return fenced, nil
}
