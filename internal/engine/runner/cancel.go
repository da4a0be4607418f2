package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Cancel stops a run: at once if it waits or if nothing performs it, and otherwise
// by interrupting the step under way (SIGTERM, a grace period, SIGKILL to its
// process group). The wish raises the run's revision, so that a run that moves on
// at this moment finds it before it goes any further.
func (r *Runner) Cancel(ctx context.Context, number int64, actor prentice.Actor, reason string) (prentice.Run, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.Run{}, err
	}
	says := fmt.Sprintf("stopped by %s: %s", actor.Ref(), approval.OrNoReason(reason))
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		switch {
		case d.State.Ended():
			return run.Next{}, prentice.Errorf(prentice.Conflict, "run/%d is over: it is %s", number, d.State).Try("look at it with: prentice run show %d", number)
		case d.State == prentice.Waiting && len(r.foldersOf(d)) > 0: // what it has on its hosts goes first, outside of any write
			if err := run.WantStopped(tx, number, says); err != nil {
				return run.Next{}, err
			}
			d.Revision++
			return run.Next{State: prentice.Running, Says: says, Kind: "run.stop-wanted", Actor: actor.Ref(), Data: map[string]any{"reason": reason}, Begin: true}, nil
		case d.State == prentice.Waiting || run.Asleep(d.Run):
			return run.Next{State: prentice.Cancelled, Says: says + "; " + sofar(d.Steps), Actor: actor.Ref()}, nil
		}
		if err := run.WantStopped(tx, number, says); err != nil {
			return run.Next{}, err
		}
		return run.Next{}, r.Ledger.Append(tx, now, prentice.Note{Kind: "run.stop-wanted", Actor: actor.Ref(), Refs: run.Refs(d.Run), Data: map[string]any{"reason": reason}})
	})
	if err != nil || d.State.Ended() {
		return d.Run, err
	}
	return r.interrupt(ctx, d, says)
}

// interrupt ends a run of which is written that it is to stop. One that another
// process performs is ended there.
func (r *Runner) interrupt(ctx context.Context, d *detail, says string) (prentice.Run, error) {
	r.mu.Lock()
	stop := r.active[d.Number]
	r.mu.Unlock()
	switch me := r.Peers.ID(); {
	case stop != nil:
		stop(stopped{says})
		return d.Run, nil
	case r.shared() && d.Owner != me:
		if me == "" || slices.Contains(r.Peers.Living(), d.Owner) {
			return d.Run, nil
		}
		return d.Run, r.claim(ctx, run.Orphan{Idle: run.Idle{Number: d.Number}, Owner: d.Owner}, me)
	}
	return r.endIdle(ctx, d)
}

// endIdle ends a run that nothing performs: it drains here, or could not be begun.
// What fails now is tried again by watchIdle.
func (r *Runner) endIdle(ctx context.Context, d *detail) (prentice.Run, error) {
	within, leave := r.enter(context.WithoutCancel(ctx), d.Number)
	_, err := r.stage(within, d.Number)
	for errors.Is(err, run.ErrMoved) { // others want it stopped too
		_, err = r.stage(within, d.Number)
	}
	leave()
	switch {
	case err == nil:
		r.stuck.no(d.Number)
	case !errors.Is(err, errParked):
		r.cannot("run not ended", d.Number, d.State, err)
	}
	now, err := r.load(ctx, d.Number)
	if err != nil {
		return d.Run, err
	}
	return now.Run, nil
}
