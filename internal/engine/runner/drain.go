package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Draining says whether this process begins no further step, because it was told
// to drain or is about to end. A restart ends it.
func (r *Runner) Draining() bool { return r.draining.Load() }

// Drain lets every step under way end, begins no other, and returns when nothing
// moves. Other processes take on the lead and the runs; where there are none, the
// runs that are not over are taken up by the next launch.
func (r *Runner) Drain(ctx context.Context) error {
	r.draining.Store(true)
	if err := r.Peers.Yield(ctx); err != nil {
		r.Log.Error("drain", "err", err)
	}
	if err := r.rested(ctx); err != nil {
		return err
	}
	if err := r.handOver(ctx); err != nil {
		r.Log.Error("drain", "err", err) // it is tried again
	}
	return nil
}

// rested waits until no stage is under way here.
func (r *Runner) rested(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.idle.Broadcast()
	})
	defer stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.active) > 0 {
		if ctx.Err() != nil {
			return prentice.Errorf(prentice.Unavailable, "%d runs are still in the middle of a step", len(r.active)).
				Try("wait longer, or stop: the steps are asked whether they are done when prentice starts again")
		}
		r.idle.Wait()
	}
	return nil
}

// handOver makes the runs of a process that drains no one's, so that another takes
// them on at once.
func (r *Runner) handOver(ctx context.Context) error {
	me := r.Peers.ID()
	if !r.shared() || me == "" {
		return nil
	}
	mine, err := r.MovingOf(ctx, me)
	if err != nil || len(mine) == 0 {
		return err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		for _, one := range mine {
			if r.performs(one.Number) {
				continue
			}
			alone, err := run.HandOver(tx, one)
			if err != nil {
				return err
			}
			if !alone {
				continue // someone has written it since
			}
			if err := r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "run.handed-over", Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("run", fmt.Sprint(one.Number))},
				Data: map[string]any{"replica": me}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hand over the runs of %s: %w", me, err)
	}
	return nil
}

// drains says of a run that nothing performs it, because this process drains and
// no other lives that could.
func (r *Runner) drains(shown *prentice.Run) {
	if !r.draining.Load() || shown.State.Ended() || shown.State == prentice.Waiting || run.Asleep(*shown) || len(r.Peers.Living()) > 1 || r.performs(shown.Number) {
		return
	}
	h := gate.Hold(prentice.HoldDraining, "stop prentice and start it again, or cancel the run", "prentice drains, and begins no step before it is started again")
	shown.Hold, shown.Says = &h, "does not go on: "+h.Says
}
