package runner

import (
	"context"
	"crypto/rand"
	"fmt"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// repeat says whether a step that may be repeated is made again, rests before, and writes down
// that it is: what is made then is another making of the step, which a crash does not take for
// the one before. What may still go on is never begun a second time.
func (r *Runner) repeat(ctx context.Context, d *detail, work *prentice.Work, rec *run.StepRecord, how *run.Origin, end making) (bool, error) {
	made := how.Again + 1
	if !r.mayRepeat(ctx, *work, made, end) {
		return false, nil
	}
	wait := work.Step.Retry.Rest(made)
	fmt.Fprintf(work.Log, "\n%s%d of %d did not come out as it should (%s); the next in %s\n", log.AnotherAttempt, made, work.Step.Retry.Times+1, end.out.Says, wait) //nolint:errcheck // the log says by itself what it cannot keep
	if err := r.restBetween(ctx, wait); err != nil {
		if ctx.Err() != nil && !r.wanted(ctx) {
			return false, errParked // the next launch finds how this one ended
		}
		return false, nil // stopped: it came out as it did
	}
	how.Again, how.Seal, how.Session, how.Place = made, rand.Text(), r.Session, r.Peers.Place()
	rec.Attempts++
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		run.Intend(tx, *rec, *how)
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("write that %s is made again: %w", run.StepKey(*rec), err)
	}
	work.Once, work.Seal = run.Making(d.Created, rec.Round, how.Lasting, how.Again), how.Seal
	return true, nil
}

// mayRepeat says whether a step that was made so often may be made once more.
func (r *Runner) mayRepeat(ctx context.Context, work prentice.Work, made int, end making) bool {
	switch {
	case work.Step.Risk == prentice.Look, !work.Step.Idempotent, made > work.Step.Retry.Times, work.Once == "":
		return false
	case ctx.Err() != nil, r.Stopped(), final(end.err):
		return false
	}
	return end.state == run.NotDone || end.state == run.Unsure && over(ctx, r.kinds[work.Step.Kind], work, end)
}

// over says whether nothing of a step goes on where it was done, of which no one knows how
// far it came. What would go on is ended.
func over(ctx context.Context, kind prentice.StepKind, work prentice.Work, end making) bool {
	detached, ok := kind.(prentice.Detached)
	if !ok {
		return true // it leaves nothing behind
	}
	work.Begun = end.begun
	return detached.End(context.WithoutCancel(ctx), work) == nil
}

// pastItsTime is what becomes of an act that was not over when its time was. One that may be repeated
// is asked whether it is done all the same; if it is not, it has failed, so that it is made
// again or put back. Of any other no one knows how far it came.
func (r *Runner) pastItsTime(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, end making) making {
	if !end.timedOut || end.state != run.Unsure || !work.Step.Idempotent || ctx.Err() != nil || !over(ctx, kind, work, end) {
		return end
	}
	if r.isDone(ctx, d, kind, work) && len(work.Step.Out) == 0 {
		end.state, end.err, end.out.Says = run.WasDone, nil, "is done, as its done? question says, though "+end.out.Says
		return end
	}
	end.state = run.NotDone
	return end
}

// isDone asks the question whether a step is done that is over.
func (r *Runner) isDone(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work) bool {
	if work.Step.Done == nil {
		if _, detached := kind.(prentice.Detached); detached {
			return false // it knows of the step what it was told, which is that it was ended
		}
		answer, err := kind.Done(ctx, work)
		return err == nil && answer == prentice.Yes
	}
	work.Step = *work.Step.Done
	asked := r.kinds[work.Step.Kind]
	if asked == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, r.allowance(d.ThePlan, work.Step))
	defer cancel()
	out, err := asked.Apply(ctx, work)
	return err == nil && out.OK
}
