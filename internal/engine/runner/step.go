package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// one performs one step on one target, at most once for every step that must
// not be repeated. The intention is written before the act and the proof after
// it, so that a crash between the two leaves a question that Done can answer.
// The error is errParked or the store's; how the step came out is in the record.
func (r *Runner) one(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (run.StepRecord, error) {
	rec, from, found := d.Past(step.ID, target.Ref, round)
	if found && rec.State != run.Intended {
		return rec, nil
	}
	if !found && target.Ref != "" && !step.For(target.Ref) {
		return r.prove(ctx, d, d.Unbegun(step, target, round, r.Clock()), run.Done, prentice.Outcome{Says: "not planned for this target"})
	}
	if r.draining.Load() || ctx.Err() != nil {
		return rec, r.parkedOrStop(ctx)
	}
	if !r.Peers.Fit() {
		return rec, errParked
	}
	if r.Stopped() || r.cancelled(ctx, d) {
		return rec, run.ErrMoved // the stage looks again and gives up
	}
	kind := r.kinds[step.Kind]
	if kind == nil {
		rec = d.Unbegun(step, target, round, r.Clock())
		return r.prove(ctx, d, rec, unmade(step), prentice.Outcome{Says: fmt.Sprintf("this prentice knows no step kind %q", step.Kind)})
	}
	work, cleanup, err := r.work(ctx, d, step, target)
	if err != nil {
		rec = d.Unbegun(step, target, round, r.Clock())
		return r.prove(ctx, d, rec, unmade(step), prentice.Outcome{Says: err.Error()})
	}
	defer cleanup()
	how := r.beganWith(from, found)
	work.Once, work.Seal = run.Making(d.Created, round, how.Lasting, how.Again), how.Seal
	if found {
		state, says, err := r.afterCrash(ctx, d, kind, work, rec, from)
		if err != nil {
			return rec, err
		}
		if state != "" {
			if rec, err = r.prove(ctx, d, rec, state, prentice.Outcome{Says: says}); err == nil {
				tellProved(ctx, kind, work)
			}
			return rec, err
		}
	}
	if r.forPeople(step.Kind) && !found {
		return r.askPerson(ctx, d, step, target, round)
	}
	if rec, err = r.intend(ctx, d, step, target, round, how); err != nil {
		return rec, err
	}
	if r.Stopped() { // while the intention waited for the database
		rec.Attempts--
		if rec, err = r.prove(ctx, d, rec, run.NotDone, prentice.Outcome{Says: "everything was stopped before it began"}); err == nil {
			err = run.ErrMoved
		}
		return rec, err
	}
	if !r.Peers.Fit() { // while the intention waited for the database
		return rec, errParked
	}
	if err := r.withFolder(ctx, d, &work, found); err != nil {
		if ctx.Err() != nil && !r.wanted(ctx) {
			return rec, errParked // the next launch asks for it
		}
		rec.Attempts-- // it was not begun
		return r.prove(ctx, d, rec, unmade(step), prentice.Outcome{Says: err.Error()})
	}
	return r.apply(ctx, d, kind, work, rec, how)
}

// parkedOrStop is parkedOr as an error that makes the stage look again.
func (r *Runner) parkedOrStop(ctx context.Context) error {
	if err := r.parkedOr(ctx); err != nil {
		return err
	}
	return run.ErrMoved
}

// cancelled looks whether a person has asked to stop since the run was loaded.
func (r *Runner) cancelled(ctx context.Context, d *detail) bool {
	return d.Cancel != "" || r.wanted(ctx)
}

// afterCrash decides what becomes of a step whose intention is there and whose
// proof is not. The empty state means: perform it (again).
func (r *Runner) afterCrash(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec run.StepRecord, from run.Origin) (run.StepState, string, error) {
	if _, err := r.Reaper.Reap(ctx, run.StepKey(rec), from.Session); err != nil {
		return "", "", fmt.Errorf("end what a crash left of %s: %w", run.StepKey(rec), err)
	}
	if work.Step.Risk == prentice.Look || r.forPeople(work.Step.Kind) {
		return "", "", nil
	}
	if err := r.DB.Write(ctx, func(tx *db.Tx) error { return r.secretsUsed(tx, d, work.Step, work.Target) }); err != nil {
		return "", "", fmt.Errorf("write which secrets %s uses: %w", run.StepKey(rec), err)
	}
	work.DetachAware, work.Begun = from.Lasting != 0, from.Begun
	answer, err := kind.Done(ctx, work)
	switch {
	case ctx.Err() != nil:
		return "", "", r.parkedOrStop(ctx)
	case err == nil && answer == prentice.Yes && len(work.Step.Out) > 0:
		return valueLost(work.Step)
	case err == nil && answer == prentice.Yes:
		return run.WasDone, "was done before the interruption; not repeated", nil
	case r.outOfSight(kind, work, from):
		return run.Unsure, "the replica that was at it is gone, and was on another machine: it cannot be seen from here how far it came, and it may still go on; look there", nil
	case err == nil && answer == prentice.No, work.Step.Idempotent:
		return "", "", nil
	case err != nil:
		return run.Unsure, fmt.Sprintf("prentice was interrupted in the middle, and asking whether it is done came out as: %v; look for yourself", err), nil
	default:
		return run.Unsure, "prentice was interrupted in the middle, the step must not be repeated, and it has no done? question; look whether it happened", nil
	}
}

// outOfSight says whether a step may go on where the process was that began it,
// and whether that is a place which cannot be seen from here.
func (r *Runner) outOfSight(kind prentice.StepKind, work prentice.Work, from run.Origin) bool {
	detached, ok := kind.(prentice.Detached)
	return ok && detached.Lingers(work) && from.Place != "" && from.Place != r.Peers.Place()
}
