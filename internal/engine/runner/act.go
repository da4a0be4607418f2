package runner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"prentice"
)

// act performs the Act section and then verifies. What the journal holds is not
// done again, so it may be called as often as there are crashes.
func (r *Runner) act(ctx context.Context, d *detail) error {
	for _, block := range blocks(d.ThePlan.In(prentice.Act)) {
		bad, err := r.block(ctx, d, block)
		if err != nil {
			return err
		}
		if bad != nil {
			return r.fault(ctx, d, *bad)
		}
	}
	return r.verify(ctx, d)
}

// fault is what becomes of a run whose step did not come out as it should.
func (r *Runner) fault(ctx context.Context, d *detail, bad prentice.StepRecord) error {
	at := fmt.Sprintf("step %s on %s: %s", bad.Step, orHere(bad.Target), bad.Says)
	switch {
	case bad.State == prentice.Held:
		_, _, expires, err := d.ThePlan.Limits.Times()
		if err != nil {
			return err
		}
		return r.move(ctx, d, next{state: prentice.Waiting, says: "waits for a person: " + bad.Says, waits: bad.Step, expires: expires, kind: "run.held"})
	case bad.State == prentice.Unsure && ctx.Err() != nil:
		return r.parkedOr(ctx)
	case bad.State == prentice.Unsure:
		return r.move(ctx, d, next{state: prentice.Uncertain, says: at})
	case len(d.ThePlan.In(prentice.Undo)) > 0:
		return r.move(ctx, d, next{state: prentice.Undoing, says: "undoing, because " + at})
	default:
		return r.move(ctx, d, next{state: prentice.Failed, says: at})
	}
}

// blocks groups steps that follow each other and happen in the same place, so
// that a target is finished before the next is begun.
func blocks(steps []prentice.PlannedStep) [][]prentice.PlannedStep {
	var groups [][]prentice.PlannedStep
	for i, s := range steps {
		if i > 0 && s.Where == steps[i-1].Where && s.Where == "target" {
			groups[len(groups)-1] = append(groups[len(groups)-1], s)
			continue
		}
		groups = append(groups, []prentice.PlannedStep{s})
	}
	return groups
}

// block performs a group of steps on every target: one target first, as a
// canary, then as many at once as the limits let. It begins no further target
// after a bad step, and returns the first bad one.
func (r *Runner) block(ctx context.Context, d *detail, steps []prentice.PlannedStep) (*prentice.StepRecord, error) {
	targets := where(steps[0], d.ThePlan.Targets)
	if bad, err := r.column(ctx, d, steps, targets[0]); bad != nil || err != nil {
		return bad, err
	}
	rest := targets[1:]
	for batch := range slices.Chunk(rest, max(1, d.ThePlan.Limits.Parallel)) {
		if bad, err := r.batch(ctx, d, steps, batch); bad != nil || err != nil {
			return bad, err
		}
	}
	return nil, nil
}

func (r *Runner) batch(ctx context.Context, d *detail, steps []prentice.PlannedStep, targets []prentice.Target) (*prentice.StepRecord, error) {
	bads := make([]*prentice.StepRecord, len(targets))
	errs := make([]error, len(targets))
	var all sync.WaitGroup
	for i, t := range targets {
		all.Go(func() { bads[i], errs[i] = r.column(ctx, d, steps, t) })
	}
	all.Wait()
	for i := range targets {
		if errs[i] != nil || bads[i] != nil {
			return bads[i], errs[i]
		}
	}
	return nil, nil
}

// column performs steps one after the other on one target.
func (r *Runner) column(ctx context.Context, d *detail, steps []prentice.PlannedStep, target prentice.Target) (*prentice.StepRecord, error) {
	for _, step := range steps {
		rec, err := r.one(ctx, d, step, target, 1)
		if err != nil {
			return nil, err
		}
		if rec.State != prentice.Done && rec.State != prentice.WasDone {
			return &rec, nil
		}
	}
	return nil, nil
}

// verify asks whether the symptom is gone and stays gone.
func (r *Runner) verify(ctx context.Context, d *detail) error {
	steps := d.ThePlan.In(prentice.Verify)
	if len(steps) == 0 {
		return r.move(ctx, d, next{state: prentice.Unverified, says: "done; the procedure has no Verify section, so nobody can say whether it helped"})
	}
	says := ""
	for _, step := range steps {
		for _, target := range where(step, d.ThePlan.Targets) {
			rec, err := r.one(ctx, d, step, target, 1)
			if err != nil {
				return err
			}
			if rec.State != prentice.Done && rec.State != prentice.WasDone {
				return r.fault(ctx, d, rec)
			}
			says = rec.Says
		}
	}
	return r.move(ctx, d, next{state: prentice.Verified, says: says})
}

// undo puts back what was done, on the targets that were touched, newest first.
func (r *Runner) undo(ctx context.Context, d *detail) error {
	steps := d.ThePlan.In(prentice.Undo)
	because := d.Says
	for _, target := range touched(d) {
		for _, step := range steps {
			if step.Where != "target" {
				continue
			}
			if over, err := r.putBack(ctx, d, step, target); over || err != nil {
				return err
			}
		}
	}
	for _, step := range steps {
		if step.Where == "target" {
			continue
		}
		if over, err := r.putBack(ctx, d, step, prentice.Target{Local: true}); over || err != nil {
			return err
		}
	}
	return r.move(ctx, d, next{state: prentice.Undone, says: "put back; " + because})
}

// putBack performs one Undo step; it says whether that ended the run.
func (r *Runner) putBack(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (over bool, err error) {
	rec, err := r.one(ctx, d, step, target, 1)
	if err != nil {
		return false, err
	}
	switch rec.State {
	case prentice.Done, prentice.WasDone:
		return false, nil
	case prentice.Unsure:
		if ctx.Err() != nil {
			return true, r.parkedOr(ctx)
		}
		return true, r.move(ctx, d, next{state: prentice.Uncertain, says: fmt.Sprintf("undo step %s on %s: %s; %s", step.ID, orHere(target.Ref), rec.Says, d.Says)})
	default:
		return true, r.move(ctx, d, next{state: prentice.Failed, says: fmt.Sprintf("undo step %s on %s did not work: %s; %s", step.ID, orHere(target.Ref), rec.Says, d.Says)})
	}
}

// touched lists the targets on which an Act step was at least meant, newest
// first.
func touched(d *detail) []prentice.Target {
	var list []prentice.Target
	seen := map[prentice.Ref]bool{}
	for i := len(d.Steps) - 1; i >= 0; i-- {
		s := d.Steps[i]
		if s.Section != prentice.Act || seen[s.Target] {
			continue
		}
		seen[s.Target] = true
		for _, t := range d.ThePlan.Targets {
			if t.Ref == s.Target || s.Target == "" {
				list = append(list, t)
				seen[t.Ref] = true
			}
		}
	}
	return list
}
