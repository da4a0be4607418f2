package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// act performs the Act section and then verifies. What the journal holds is not
// done again, so it may be called as often as there are crashes. A target that
// failed, as some may, takes no further part.
func (r *Runner) act(ctx context.Context, d *detail) error {
	if has, err := r.regain(ctx, d); !has || err != nil {
		return err
	}
	if !d.looked.good && !r.hasChanged(d) { // a crash, a pause or a person came between; it has its locks
		if v, err := r.outgrown(ctx, d); v != nil || err != nil {
			return r.voidOr(ctx, d, v, err)
		}
		d.looked.good = true
	}
	for _, block := range blocks(d.ThePlan.In(prentice.Act)) {
		bad, err := r.group(ctx, d, block)
		if err != nil {
			return err
		}
		if bad != nil {
			return r.fault(ctx, d, *bad)
		}
	}
	return r.verify(ctx, d)
}

// rollingBack begins what is said of a run while it is rolled back; why follows.
const rollingBack = "rolling back, because "

// fault is what becomes of a run whose step did not come out as it should.
func (r *Runner) fault(ctx context.Context, d *detail, bad run.StepRecord) error {
	at := fmt.Sprintf("step %s on %s: %s", bad.Step, orHere(bad.Target), bad.Says)
	if bad.Section == prentice.Between {
		at = fmt.Sprintf("step %s before batch %d: %s", bad.Step, bad.Round, bad.Says)
	}
	at += d.stoppedAt()
	switch {
	case bad.State == run.Held:
		return r.waitFor(ctx, d, bad)
	case bad.State == run.Unsure && ctx.Err() != nil:
		return r.parkedOr(ctx)
	case bad.State == run.Unsure:
		return r.move(ctx, d, run.Next{State: prentice.Uncertain, Says: at})
	case len(d.ThePlan.In(prentice.Undo)) > 0 && len(touched(d)) > 0:
		return r.move(ctx, d, run.Next{State: prentice.Undoing, Says: rollingBack + at})
	default:
		return r.move(ctx, d, run.Next{State: prentice.Failed, Says: at})
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

// column performs steps one after the other on one target.
func (r *Runner) column(ctx context.Context, d *detail, steps []prentice.PlannedStep, target prentice.Target) (out landed) {
	defer caught(d.Number, &out.err)
	for _, step := range steps {
		rec, err := r.one(ctx, d, step, target, 1)
		if err != nil {
			return landed{err: err}
		}
		if rec.State != run.Done && rec.State != run.WasDone {
			return landed{bad: &rec}
		}
	}
	return landed{}
}

// verify asks whether the symptom is gone and stays gone, on the targets that
// did not fail. What was asked for each batch is not asked again.
func (r *Runner) verify(ctx context.Context, d *detail) error {
	steps := d.ThePlan.In(prentice.Verify)
	seen := len(d.part().Verify())
	if !d.part().PerBatch() || seen < len(steps) {
		stops, bad, err := r.verifyOn(ctx, d, steps, d.ThePlan.Targets, 1)
		if err != nil {
			return err
		}
		if stops == nil && bad != nil && !d.tolerates() {
			stops = bad
		}
		if stops != nil {
			return r.fault(ctx, d, *stops)
		}
	}
	failed := failedTargets(d)
	switch {
	case len(failed) > 0:
		return r.partly(ctx, d, failed)
	case len(steps) == 0:
		return r.move(ctx, d, run.Next{State: prentice.Unverified, Says: "done; the procedure has no Verify section, so it is not known whether it helped"})
	}
	return r.move(ctx, d, run.Next{State: prentice.Verified, Says: lastSaid(d, prentice.Verify)})
}

// lastSaid is what the last step of a section said.
func lastSaid(d *detail, section prentice.Section) string {
	says := ""
	for _, s := range d.Steps {
		if s.Section == section {
			says = s.Says
		}
	}
	return says
}

// undo puts back what was done, on the targets that need it, newest first. What
// happened here is put back only when nothing of the run stays.
func (r *Runner) undo(ctx context.Context, d *detail) error {
	if has, err := r.regain(ctx, d); !has || err != nil {
		return err
	}
	steps := d.ThePlan.In(prentice.Undo)
	because := strings.TrimPrefix(d.Says, rollingBack)
	back, stays := backOf(d)
	for _, target := range back {
		for _, step := range steps {
			if step.Where != "target" {
				continue
			}
			if over, err := r.putBack(ctx, d, step, target); over || err != nil {
				return err
			}
		}
	}
	if stays {
		if len(back) > 0 && slices.ContainsFunc(steps, func(s prentice.PlannedStep) bool { return s.Where == "target" }) {
			because += "; rolled back there"
		}
		return r.move(ctx, d, run.Next{State: prentice.Failed, Says: because})
	}
	for _, step := range steps {
		if step.Where == "target" {
			continue
		}
		if over, err := r.putBack(ctx, d, step, prentice.Target{Local: true}); over || err != nil {
			return err
		}
	}
	return r.move(ctx, d, run.Next{State: prentice.Undone, Says: "rolled back, because " + because})
}

// backOf lists the targets on which a run's work is to be put back, newest first,
// and says whether any of it stays: of batches all that was not verified, unless
// the procedure wants everything back; otherwise all that was touched, or only
// what failed when the others came out well.
func backOf(d *detail) (back []prentice.Target, stays bool) {
	all := touched(d)
	gone := func(t prentice.Target) bool { return false }
	switch {
	case d.part().PerBatch() && d.ThePlan.Limits.Rollback != prentice.RollbackAll && !d.failedAtEnd():
		own, verified := ownTouched(d), setOf(verifiedTargets(d))
		all = slices.DeleteFunc(all, func(t prentice.Target) bool { return !own[t.Ref] })
		gone = func(t prentice.Target) bool { return verified[t.Ref] }
	case isPartly(d):
		some := setOf(failedTargets(d))
		gone = func(t prentice.Target) bool { return !some[t.Ref] }
	}
	back = slices.DeleteFunc(slices.Clone(all), gone)
	return back, len(back) < len(all)
}

// putBack performs one Undo step; it says whether that ended the run.
func (r *Runner) putBack(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (over bool, err error) {
	rec, err := r.one(ctx, d, step, target, 1)
	if err != nil {
		return false, err
	}
	switch rec.State {
	case run.Done, run.WasDone:
		return false, nil
	case run.Unsure:
		if ctx.Err() != nil {
			return true, r.parkedOr(ctx)
		}
		return true, r.move(ctx, d, run.Next{State: prentice.Uncertain, Says: fmt.Sprintf("undo step %s on %s: %s; %s", step.ID, orHere(target.Ref), rec.Says, d.Says)})
	default:
		return true, r.move(ctx, d, run.Next{State: prentice.Failed, Says: fmt.Sprintf("undo step %s on %s did not work: %s; %s", step.ID, orHere(target.Ref), rec.Says, d.Says)})
	}
}

// touched lists the targets on which an Act step was begun, newest first. A step
// that happened here may have touched them all.
func touched(d *detail) []prentice.Target {
	var list []prentice.Target
	seen := map[prentice.Ref]bool{}
	byRef := map[prentice.Ref]prentice.Target{}
	for _, t := range d.ThePlan.Targets {
		byRef[t.Ref] = t
	}
	for i := len(d.Steps) - 1; i >= 0; i-- {
		s := d.Steps[i]
		if s.Section != prentice.Act || s.Attempts == 0 || seen[s.Target] {
			continue
		}
		seen[s.Target] = true
		some := d.ThePlan.Targets
		if s.Target != "" {
			some = nil
			if t, known := byRef[s.Target]; known {
				some = []prentice.Target{t}
			}
		}
		for _, t := range some {
			list = append(list, t)
			seen[t.Ref] = true
		}
	}
	return list
}
