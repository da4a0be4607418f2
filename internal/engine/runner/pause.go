package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// paused says whether a run must wait until a person says resume, and notes it
// with the run. A run goes on that a person started, or agreed to since.
func (r *Runner) paused(ctx context.Context, d *detail) (bool, error) {
	if d.Request.Actor.Kind == prentice.Person {
		return false, nil
	}
	since, says, err := r.PausedSince(context.WithoutCancel(ctx))
	if err != nil || since.IsZero() || agreedSince(d.Approvals, since) {
		return false, err
	}
	if d.Hold != nil && d.Hold.Code == prentice.HoldPaused {
		return true, nil
	}
	h := gate.Hold(prentice.HoldPaused, "a person lets it go on with: prentice resume", "paused: %s", says)
	still := false
	err = r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		if still, err = run.LockPause(tx); err != nil || !still {
			return err // someone has said resume since, and did not see this run
		}
		if err := run.Hold(tx, d.Detail, h); err != nil {
			return err
		}
		if d.State == prentice.Queued { // it may have had its targets, to look once more
			if err := run.Release(tx, d.Number); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "work.held", Actor: "self/prentice", Refs: run.Refs(d.Run), Data: map[string]any{"state": d.State, "hold": h}})
	})
	if err != nil {
		return false, fmt.Errorf("note that run %d is paused: %w", d.Number, err)
	}
	if !still {
		return false, nil
	}
	d.Hold, d.Revision = &h, d.Revision+1
	r.tell(d.Run, "")
	return true, nil
}

func agreedSince(answers []run.Approval, since time.Time) bool {
	for _, a := range answers {
		if a.Yes && !a.Time.Before(since) {
			return true
		}
	}
	return false
}

// Resume lets paused work go on. It returns the runs that go on.
func (r *Runner) Resume(ctx context.Context, actor prentice.Actor, reason string) ([]prentice.Run, error) {
	if actor.Kind != prentice.Person {
		return nil, prentice.Errorf(prentice.Denied, "%s is not a person, and only people let paused work go on", actor.Ref()).Try("ask a person who is operator")
	}
	since, _, err := r.PausedSince(ctx)
	if err != nil {
		return nil, err
	}
	if since.IsZero() {
		return nil, prentice.Errorf(prentice.Conflict, "nothing is paused").Try("look at prentice limit show")
	}
	var held []prentice.Run
	var at []run.Idle
	now := r.Clock()
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		paused, err := run.LockPause(tx)
		if err != nil {
			return err
		}
		if !paused {
			return prentice.Errorf(prentice.Conflict, "someone has let the work go on already")
		}
		if held, at, err = run.ResumeWork(tx); err != nil {
			return err
		}
		refs := []prentice.Ref{"op/resume"}
		for _, run := range held[:min(len(held), mostNamed)] {
			refs = append(refs, run.Ref())
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.resumed", Actor: actor.Ref(), Refs: refs,
			Data: map[string]any{"reason": reason, "paused": since.UTC().Format(time.RFC3339), "runs": len(held)}})
	})
	if err != nil {
		return nil, err
	}
	r.beginThese(ctx, at)
	return held, nil
}

// mostNamed is how many runs one line of evidence names; it counts the others.
const mostNamed = 50

// pausedRuns are the runs that wait for a person to say resume.
func (r *Runner) pausedRuns(ctx context.Context) ([]prentice.Run, error) {
	moving, err := r.moving(ctx)
	held := []prentice.Run{}
	for _, run := range moving {
		if run.Hold != nil && run.Hold.Code == prentice.HoldPaused {
			held = append(held, run)
		}
	}
	return held, err
}

// begun notes that this process acts. If the one before it never noted its end, it
// crashed, and what no person started is paused.
func (r *Runner) begun(ctx context.Context) error {
	if r.shared() {
		return r.Joins(ctx, r.Peers.Deserted())
	}
	return r.Acts(ctx)
}

// ended notes that this process ended in order.
func (r *Runner) ended() error {
	if r.shared() {
		return nil // who left is for the peers to know
	}
	return r.ActsNoMore()
}
