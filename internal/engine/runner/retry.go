package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
)

// Retry asks for a run's procedure again, on those of its targets alone on which
// not everything was done or is left. It is a new run with a plan of its own, and
// needs leave of its own.
func (r *Runner) Retry(ctx context.Context, number int64, actor prentice.Actor, reason string) (prentice.Run, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.Run{}, err
	}
	if !d.State.Ended() {
		return d.Run, prentice.Errorf(prentice.Conflict, "run/%d is not over: it is %s", number, d.State).Try("look at it with: prentice run show %d", number)
	}
	only := unfinished(d)
	if d.State == prentice.Undone || d.Started.IsZero() {
		only = d.Targets // nothing of it is left
	}
	if len(only) == 0 {
		return d.Run, prentice.Errorf(prentice.Refused, "run/%d has no host on which something is left to do: it is %s", number, d.State).Try("to do it all anew: %s", run.AskAgain(d.Procedure))
	}
	req := d.Request
	req.Actor, req.Causes, req.Captured, req.Only, req.RetryOf = actor, nil, nil, only, number
	if req.Reason = reason; reason == "" {
		req.Reason = fmt.Sprintf("again on %s where run/%d did not do everything", prentice.CountTargets(len(only), only[0]), number)
	}
	return r.Start(ctx, req)
}
