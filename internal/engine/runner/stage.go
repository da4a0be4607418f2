package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
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
			rest(context.WithoutCancel(ctx), patience)
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
func sofar(steps []prentice.StepRecord) string {
	done, open := 0, ""
	for _, s := range steps {
		if s.Section != prentice.Act && s.Section != prentice.Undo {
			continue
		}
		switch s.State {
		case prentice.Done, prentice.WasDone:
			done++
		case prentice.Intended, prentice.Unsure:
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

// check looks whether this is the fault, and then does what the decision says.
func (r *Runner) check(ctx context.Context, d *detail) error {
	seen, err := r.looks(ctx, d)
	if err != nil {
		return err
	}
	no, err := r.fits(ctx, d, 1)
	if err != nil {
		return r.unlooked(ctx, d, "whether this is the fault", err)
	}
	if no != "" {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: "not this fault: " + no, Kind: "run.refused"})
	}
	if d.Decision.Verdict == prentice.Ask {
		return r.ask(ctx, d)
	}
	d.looked = seen
	return r.queue(ctx, d)
}

func (r *Runner) ask(ctx context.Context, d *detail) error {
	_, _, expires, err := d.ThePlan.Limits.Times()
	if err != nil {
		return err
	}
	if d.Decision.Expires > 0 {
		expires = min(expires, d.Decision.Expires)
	}
	contact := r.contactBefore(ctx, d.ThePlan)
	if h := gate.Unreachable(contact); h.Holds() {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: h.Says + "; no one was asked", Kind: "run.refused", Hold: h})
	}
	says := "waits for " + approval.Asking(d.Decision)
	if lost := contact.Short(); lost != "" {
		says += "; " + lost
	}
	return r.move(ctx, d, run.Next{State: prentice.Waiting, Says: says, Waits: run.WaitsApproval, Expires: expires, Kind: "run.asked"})
}

// unable is why a check could not be made. It says nothing of the world: what no one
// could look at is neither the fault nor none.
type unable string

func (u unable) Error() string { return string(u) }

// unlooked ends a run of which a check could not be made, before anything is begun;
// any other error is given back.
func (r *Runner) unlooked(ctx context.Context, d *detail, what string, err error) error {
	why, ok := errors.AsType[unable](err)
	if !ok {
		return err
	}
	return r.move(ctx, d, run.Next{State: prentice.Failed, Says: fmt.Sprintf("it could not be checked %s: %s; nothing was done", what, why)})
}

// fits performs the Check section and says which check came out otherwise than
// expected, or "". One that could not be made is the error unable, and one that
// waits for a person the error person.
func (r *Runner) fits(ctx context.Context, d *detail, round int) (string, error) {
	for _, step := range d.ThePlan.In(prentice.Check) {
		for _, target := range where(step, d.ThePlan.Targets) {
			rec, told := d.answered(step, target)
			if !told {
				var err error
				if rec, err = r.one(ctx, d, step, target, round); err != nil {
					return "", err
				}
			}
			if rec.State == prentice.Held {
				return "", person{rec}
			}
			says := fmt.Sprintf("check %s on %s: %s", step.ID, orHere(target.Ref), rec.Says)
			if rec.State == prentice.Unsure {
				return "", unable(says)
			}
			if rec.State != prentice.Done && rec.State != prentice.WasDone {
				return says, nil
			}
		}
	}
	return "", nil
}

// queue waits for the calendar if the run may, takes the locks, and looks again
// whether the world is still the one that was approved: nothing may be waited for
// between the last look and the first act.
func (r *Runner) queue(ctx context.Context, d *detail) error {
	says, until, err := r.shut(ctx, d)
	if err != nil {
		return err
	}
	if says != "" {
		return r.sleep(ctx, d, says, until)
	}
	v, h, err := r.drifted(ctx, d)
	if err != nil {
		return r.unlooked(ctx, d, "whether it still is as it was when it was checked", err)
	}
	if v != nil {
		return r.void(ctx, d, v, h)
	}
	if !d.looked.good {
		if v, err = r.lookAgain(ctx, d); v != nil {
			return r.void(ctx, d, v, h)
		}
	}
	if err == nil {
		err = r.lockAll(ctx, d)
	}
	if full, ok := errors.AsType[gate.Error](err); ok {
		return r.notAdmitted(ctx, d, full.HoldBack)
	}
	if errors.Is(err, errStale) {
		d.looked = looked{}
		return r.queue(ctx, d)
	}
	if err != nil {
		return err
	}
	return r.act(ctx, d)
}

// lockAll takes all the targets and lets the run act, or takes none.
func (r *Runner) lockAll(ctx context.Context, d *detail) error {
	cooldown, _, _, err := d.ThePlan.Limits.Times()
	if err != nil {
		return err
	}
	return r.move(ctx, d, run.Next{State: prentice.Running, Says: "acting on " + prentice.CountTargets(len(d.ThePlan.Targets), d.ThePlan.Targets[0].Ref), Kind: "run.started"},
		func(tx *db.Tx, now time.Time) error {
			if err := r.reserve(tx, d, now); err != nil {
				return err
			}
			if !d.looked.locks && d.looked.ends != r.ends.Load() {
				return errStale
			}
			if err := run.Agree(tx, d.Detail, now); err != nil {
				return err
			}
			if d.ThePlan.Risk == prentice.Look {
				return nil
			}
			if err := admit(tx, r.Estate.Limits(), d, now); err != nil || cooldown == 0 {
				return err
			}
			return run.Cool(tx, d.Detail, now.Add(cooldown))
		})
}

// notAdmitted is what becomes of a run that has leave and gets no place: it is
// refused when the hour is full, and otherwise stands in line.
func (r *Runner) notAdmitted(ctx context.Context, d *detail, h prentice.HoldBack) error {
	if !h.Until.IsZero() {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: h.Says, Hold: h})
	}
	return r.standInLine(ctx, d, h)
}

// standInLine waits until some lock is let go. It holds nothing meanwhile.
func (r *Runner) standInLine(ctx context.Context, d *detail, h prentice.HoldBack) error {
	freed := r.freed.wait()
	if says := "waits: " + h.Says; d.State != prentice.Queued || d.Says != says {
		if err := r.move(ctx, d, run.Next{State: prentice.Queued, Says: says, Hold: h}, releaseAs(d)); err != nil {
			return err
		}
	}
	select {
	case <-freed:
	case <-time.After(time.Second): // another process may have let go
	case <-ctx.Done():
		return r.parkedOr(ctx)
	}
	return nil
}

// parkedOr is what a stage returns when its context has ended.
func (r *Runner) parkedOr(ctx context.Context) error {
	if r.wanted(ctx) {
		return nil // the next look finds the wish to stop
	}
	return errParked
}

// where lists the targets that a step is performed on: every target, or once,
// here.
func where(step prentice.PlannedStep, targets []prentice.Target) []prentice.Target {
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

// rest waits, or until the context ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
