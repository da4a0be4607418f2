package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
	"prentice/internal/kit/span"
)

// attempts performs a step, and a look that does not come out as it should as often
// again as its plan says. Each attempt has the step's whole time; what each printed
// stays in the log. A stop, of the run or of prentice, ends the rest between two.
func (r *Runner) attempts(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work, rec *run.StepRecord) (out prentice.Outcome, timedOut bool, err error) {
	for n := 1; ; n++ {
		out, timedOut, err = r.attempt(ctx, d, kind, work)
		again := work.Step.Risk == prentice.Look && n <= work.Step.Retry.Times && r.judge(work.Step, out, err) != run.Done
		if !again || ctx.Err() != nil || final(err) {
			return out, timedOut, err
		}
		wait := work.Step.Retry.Rest(n)
		fmt.Fprintf(work.Log, log.AnotherAttempt+"%d of %d did not come out as it should (%s); the next in %s\n", n, work.Step.Retry.Times+1, outcomeOf(out, err), wait) //nolint:errcheck // the log says by itself what it cannot keep
		if err := r.restBetween(ctx, wait); err != nil {
			return out, false, err
		}
		rec.Attempts++
	}
}

// final says whether another attempt would come out the same: what is refused stays refused,
// but for a host that does not answer now, as one does not that is rebooted.
func final(err error) bool {
	if prentice.KindOf(err) != prentice.Refused {
		return false
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(*prentice.Error); ok && e.Kind == prentice.Unavailable {
			return false
		}
	}
	return true
}

// errHalted ends the rest before another attempt.
var errHalted = prentice.Errorf(prentice.Canceled, "everything was stopped before the next attempt")

// restBetween rests before another attempt, and says why there is to be none.
func (r *Runner) restBetween(ctx context.Context, wait time.Duration) error {
	for end := time.Now().Add(wait); ctx.Err() == nil; {
		if r.Stopped() {
			return errHalted
		}
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		span.Wait(ctx, min(left, time.Second))
	}
	return context.Cause(ctx)
}

func (r *Runner) attempt(ctx context.Context, d *detail, kind prentice.StepKind, work prentice.Work) (out prentice.Outcome, timedOut bool, err error) {
	timed, cancel := context.WithTimeout(ctx, r.allowance(d.ThePlan, work.Step))
	defer cancel()
	work, printed := listening(work)
	out, err = kind.Apply(timed, work)
	if printed != nil && r.judge(work.Step, out, err) == run.Done {
		var files map[string]string
		if files, err = r.files(timed, d, work); err == nil {
			out.Out, err = valuesOf(work, printed, out.Response, files)
		}
	}
	return out, timed.Err() != nil && ctx.Err() == nil, err
}

func outcomeOf(out prentice.Outcome, err error) string {
	if err != nil {
		return err.Error()
	}
	return out.Says
}
