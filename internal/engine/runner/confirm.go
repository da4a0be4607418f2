package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// askPerson lets a run wait for a person to do a step and say so.
func (r *Runner) askPerson(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (run.StepRecord, error) {
	rec := d.Meant(step, target, round, r.Clock())
	rec.State, rec.Says = run.Held, step.Says
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		return r.writeProof(tx, d, rec)
	})
	if err != nil {
		return rec, fmt.Errorf("write that %s waits: %w", run.StepKey(rec), err)
	}
	d.Note(rec)
	return rec, nil
}

// Confirm is a person's word on a human step: done, or not.
func (r *Runner) Confirm(ctx context.Context, a run.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		if err := approval.MayConfirm(d.Detail, a); err != nil {
			return run.Next{}, err
		}
		state := run.Done
		if !a.Yes {
			state = run.NotDone
		}
		rec, _ := d.WaitedFor()
		says := fmt.Sprintf("%s says %s: %s", a.Actor.Ref(), approval.WordOn(rec.Section, a.Yes), approval.OrNoReason(a.Reason))
		return r.confirmed(tx, d, state, says, run.Next{Kind: "run.confirmed", Actor: a.Actor.Ref()}, now)
	})
	return d.Run, err
}

// confirmed proves the human step that the run waits for, and lets the run go on.
func (r *Runner) confirmed(tx *db.Tx, d *detail, state run.StepState, says string, to run.Next, now time.Time) (run.Next, error) {
	rec, found := d.WaitedFor()
	if !found {
		return to, prentice.Errorf(prentice.Internal, "run/%d waits for step %s, of which the journal knows nothing", d.Number, d.Waits)
	}
	rec.State, rec.Ended, rec.Says = state, now, says
	to.State, to.Says, to.Begin = prentice.Running, says, true
	switch rec.Section {
	case prentice.Check:
		to.State = prentice.Checking
	case prentice.Undo:
		to.State = prentice.Undoing
	}
	return to, r.writeProof(tx, d, rec)
}
