package runner

import (
	"context"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
)

// making is how one making of a step came out.
type making struct {
	state    run.StepState
	out      prentice.Outcome
	err      error
	timedOut bool
	begun    bool // it was heard to have been begun where it is done
}

// apply does it and proves it. An act that may be repeated is done again, as often as its plan
// says, while it does not come out as it should.
func (r *Runner) apply(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec run.StepRecord, how run.Origin) (run.StepRecord, error) {
	for {
		end, err := r.makeOnce(ctx, d, kind, work, &rec)
		if err != nil {
			return rec, err
		}
		before := work
		again, err := r.repeat(ctx, d, &work, &rec, &how, end)
		if err != nil {
			return rec, err
		}
		if !again {
			return r.proveEnd(ctx, d, kind, work, rec, end)
		}
		tellProved(ctx, kind, before) // that it is made anew is written
	}
}

// makeOnce does a step once, a look as often as it is retried, and says how it came out. It is
// errParked when that is not known.
func (r *Runner) makeOnce(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec *run.StepRecord) (making, error) {
	heard := r.hearing(ctx, d, *rec)
	work.Heard = heard.now
	out, timedOut, err := r.attempts(ctx, d, kind, work, rec)
	unproved := ctx.Err() != nil && !r.wanted(ctx) && !known(work.Step, out, err)
	heard.over(unproved)
	if unproved {
		return making{}, errParked // no proof: the next launch asks whether it is done
	}
	end := making{state: r.judge(work.Step, out, err), out: out, err: err, timedOut: timedOut, begun: heard.was()}
	if err != nil {
		end.out.Says = err.Error()
		if timedOut {
			end.out.Says = fmt.Sprintf("not over after %s: %v", r.allowance(d.ThePlan, work.Step), err)
		}
	}
	return r.pastItsTime(ctx, d, kind, work, end), nil
}

// proveEnd writes how a step came out at last.
func (r *Runner) proveEnd(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec run.StepRecord, end making) (run.StepRecord, error) {
	if end.err != nil && prentice.KindOf(end.err) == prentice.Refused {
		rec.Attempts-- // it was not begun
	}
	stopped := end.err != nil && work.Step.Risk == prentice.Look && (r.wanted(ctx) || errors.Is(end.err, errHalted))
	rec, err := r.prove(ctx, d, rec, end.state, end.out)
	if stopped && err == nil {
		return rec, run.ErrMoved // a look that a person stopped says nothing of the world: the stage looks again, and gives up
	}
	if err == nil {
		tellProved(ctx, kind, work)
	}
	return rec, err
}
