package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/span"
)

// errParked says that this process lets the run be: it drains or stops. The
// next launch takes the run up where the journal ends.
var errParked = errors.New("parked until the next launch")

// stopped is why a stage's context ended: a person wants the run stopped.
type stopped struct{ says string }

func (s stopped) Error() string { return s.says }
func (s stopped) Unwrap() error { return prentice.ErrStopped }

// stages performs a run from where it stands until it is over, waits for
// people, or is parked. A store that cannot be written holds it up and loses
// nothing: it tries again.
func (r *Runner) stages(ctx context.Context, number int64) {
	ctx, leave := r.enter(ctx, number)
	defer leave()
	defer r.stuck.no(number)
	patience := 100 * time.Millisecond
	for ctx.Err() == nil || r.wanted(ctx) {
		over, err := r.stage(ctx, number)
		switch {
		case over || errors.Is(err, errParked):
			return
		case err == nil || errors.Is(err, run.ErrMoved):
			r.stuck.no(number)
			patience = 100 * time.Millisecond
		default:
			r.cannot("run held up", number, prentice.Running, err)
			span.Wait(context.WithoutCancel(ctx), patience)
			patience = min(2*patience, 5*time.Second)
		}
	}
}

// wanted says whether the context ended because a person stopped the run, which
// still has to be brought to an end.
func (r *Runner) wanted(ctx context.Context) bool {
	_, ok := errors.AsType[stopped](context.Cause(ctx))
	return ok
}

// enter waits until no other stage of the run is under way here, and makes the
// run one that can be stopped.
func (r *Runner) enter(ctx context.Context, number int64) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	for r.active[number] != nil {
		r.idle.Wait()
	}
	r.active[number] = cancel
	r.mu.Unlock()
	return ctx, func() {
		r.mu.Lock()
		delete(r.active, number)
		r.idle.Broadcast()
		r.mu.Unlock()
		cancel(nil)
	}
}

// stage moves a run one state on.
func (r *Runner) stage(ctx context.Context, number int64) (over bool, err error) {
	defer caught(number, &err)
	d, err := r.load(context.WithoutCancel(ctx), number)
	if err != nil {
		return prentice.KindOf(err) == prentice.NotFound, err
	}
	if d.State.Ended() || d.State == prentice.Waiting {
		return true, nil
	}
	if d.Owner != r.Peers.ID() && r.shared() {
		return true, errParked
	}
	if r.draining.Load() && d.Cancel == "" { // what a person stops ends also while it drains
		return true, errParked
	}
	if d.Cancel != "" || r.Stopped() || r.wanted(ctx) {
		err := r.giveUp(ctx, d)
		return err == nil, err
	}
	if held, err := r.paused(ctx, d); held || err != nil {
		return held, err
	}
	err = r.from(ctx, d)
	if asked, ok := errors.AsType[person](err); ok {
		err = r.waitFor(ctx, d, asked.rec)
	}
	return err == nil && (d.State.Ended() || d.State == prentice.Waiting), err
}

// from does what the run's state asks for.
func (r *Runner) from(ctx context.Context, d *detail) error {
	switch d.State {
	case prentice.Checking:
		return r.check(ctx, d)
	case prentice.Queued:
		return r.queue(ctx, d)
	case prentice.Running:
		return r.act(ctx, d)
	case prentice.Undoing:
		return r.undo(ctx, d)
	}
	return prentice.Errorf(prentice.Internal, "run %d is in the unknown state %q", d.Number, d.State)
}

// giveUp ends a run that a person or the stop file stopped, and says what it
// had done by then. What a crash left of its steps is ended first: a run that is
// stopped must not go on behind everyone's back.
func (r *Runner) giveUp(ctx context.Context, d *detail) error {
	ended, goesOn, err := r.endLeft(context.WithoutCancel(ctx), d)
	if err != nil {
		return err
	}
	says := r.endedBy(ctx, d)
	if err := r.move(ctx, d, run.Next{State: prentice.Cancelled, Says: says + "; " + sofar(d.Steps) + goesOn}); err != nil {
		return err
	}
	for _, l := range ended {
		tellProved(ctx, l.kind, l.work)
	}
	return nil
}

// sofar says what a run has done, for a person who must pick up from there.
func sofar(steps []run.StepRecord) string {
	done, open := 0, ""
	for _, s := range steps {
		if s.Section != prentice.Act && s.Section != prentice.Undo {
			continue
		}
		switch s.State {
		case run.Done, run.WasDone:
			done++
		case run.Intended, run.Unsure:
			open = fmt.Sprintf("; step %s on %s was interrupted, so look whether it happened", s.Step, orHere(s.Target))
		}
	}
	if done == 0 && open == "" {
		return "nothing was done"
	}
	what := "steps"
	if done == 1 {
		what = "step"
	}
	return fmt.Sprintf("%d %s done, nothing undone%s", done, what, open)
}

// parkedOr is what a stage returns when its context has ended.
func (r *Runner) parkedOr(ctx context.Context) error {
	if r.wanted(ctx) {
		return nil // the next look finds the wish to stop
	}
	return errParked
}

// where lists the targets that a step of a plan is performed on: every target, or
// once, here.
func where(step prentice.PlannedStep, plan prentice.Plan) []prentice.Target {
	return onEach(step, plan.TargetsOf(step))
}

// onEach are the targets, or here for a step that is performed once.
func onEach(step prentice.PlannedStep, targets []prentice.Target) []prentice.Target {
	if step.Where == "target" {
		return targets
	}
	return []prentice.Target{{Local: true}}
}

func orHere(target prentice.Ref) string {
	if target == "" {
		return "prentice's own host"
	}
	return string(target)
}
