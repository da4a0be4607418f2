package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// landed is a target on which a group of steps has ended.
type landed struct {
	bad *run.StepRecord // the first that did not come out as it should
	err error
}

// group performs steps of Act that follow each other in the same place: here, on
// all targets, or on one batch of them after the other.
func (r *Runner) group(ctx context.Context, d *detail, steps []prentice.PlannedStep) (stops *run.StepRecord, err error) {
	w := gate.Window{Parallel: d.ThePlan.Limits.Parallel, Failures: d.ThePlan.Limits.MaxFailures}
	targets := d.ThePlan.Targets
	if steps[0].Where == "target" {
		if rolling, _ := d.part().Rolling(); d.part().PerBatch() && rolling[0].ID == steps[0].ID {
			return r.roll(ctx, d, steps)
		}
		failed := failedBefore(d, steps)
		targets = without(targets, failed)
		w.Bad, w.Good = len(failed), min(len(failed), 1) // the canary was another one
	}
	return r.spread(ctx, d, steps, onEach(steps[0], targets), w)
}

// spread performs a group of steps on targets, as many at once as the window
// lets. It returns the step that stops the run, if one does: more failed than may,
// or a person must do something first.
func (r *Runner) spread(ctx context.Context, d *detail, steps []prentice.PlannedStep, targets []prentice.Target, w gate.Window) (*run.StepRecord, error) {
	all, err := r.each(ctx, d, steps, targets, w)
	if err != nil || all.stops != nil {
		return all.stops, err
	}
	if all.left > 0 || !all.window.Tolerated() {
		return all.last, nil
	}
	return nil, nil
}

// outcome is how a group of steps came out on several targets.
type outcome struct {
	stops  *run.StepRecord // a person must look, or do something
	last   *run.StepRecord // that failed
	left   int             // targets that were not begun
	window gate.Window
}

// each performs a group of steps on targets while the window is open; first where
// something was begun before a crash, so that how it came out counts.
func (r *Runner) each(ctx context.Context, d *detail, steps []prentice.PlannedStep, targets []prentice.Target, w gate.Window) (all outcome, err error) {
	targets = begunFirst(d, steps, targets)
	ended := make(chan landed)
	for {
		for len(targets) > 0 && all.stops == nil && err == nil && w.Open() {
			go func(t prentice.Target) { ended <- r.column(ctx, d, steps, t) }(targets[0])
			w.Flying, targets = w.Flying+1, targets[1:]
			d.flying.Store(int32(w.Flying))
		}
		if w.Flying == 0 {
			all.left, all.window = len(targets), w
			return all, err
		}
		one := <-ended
		w.Flying--
		d.flying.Store(int32(w.Flying))
		switch {
		case one.err != nil:
			err = one.err
		case one.bad == nil:
			w.Good++
		case one.bad.State == run.NotDone:
			w.Bad++
			all.last = one.bad
		default:
			all.stops = one.bad
		}
	}
}

// failedBefore lists the targets that failed at a step before these.
func failedBefore(d *detail, steps []prentice.PlannedStep) []prentice.Ref {
	var list []prentice.Ref
	failed := failures(d)
	for _, t := range d.ThePlan.Targets {
		at, bad := failed[t.Ref]
		if bad && !slices.ContainsFunc(steps, func(s prentice.PlannedStep) bool { return s.ID == at.Step }) {
			list = append(list, t.Ref)
		}
	}
	return list
}

// failedTargets lists the targets that failed, in the plan's order.
func failedTargets(d *detail) []prentice.Ref {
	var list []prentice.Ref
	failed := failures(d)
	for _, t := range d.ThePlan.Targets {
		if _, bad := failed[t.Ref]; bad {
			list = append(list, t.Ref)
		}
	}
	return list
}

// failures are the first steps that failed on each target: of Act, and of Verify
// where a target may fail that.
func failures(d *detail) map[prentice.Ref]run.StepRecord {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	failed := map[prentice.Ref]run.StepRecord{}
	for _, s := range d.Steps {
		counts := s.Section == prentice.Act || s.Section == prentice.Verify && s.Target != "" && d.ThePlan.Limits.Verify != ""
		if _, known := failed[s.Target]; !known && counts && s.State == run.NotDone {
			failed[s.Target] = s
		}
	}
	return failed
}

func without(targets []prentice.Target, refs []prentice.Ref) []prentice.Target {
	gone := setOf(refs)
	return slices.DeleteFunc(slices.Clone(targets), func(t prentice.Target) bool { return gone[t.Ref] })
}

func setOf(refs []prentice.Ref) map[prentice.Ref]bool {
	set := make(map[prentice.Ref]bool, len(refs))
	for _, ref := range refs {
		set[ref] = true
	}
	return set
}

// isPartly says whether some targets failed, as some may, and all that is known
// of the others is good.
func isPartly(d *detail) bool {
	failed := failedTargets(d)
	if w := (gate.Window{Bad: len(failed), Good: len(d.ThePlan.Targets) - len(failed), Failures: d.ThePlan.Limits.MaxFailures}); w.Bad == 0 || !w.Tolerated() {
		return false
	}
	if len(unfinished(d)) > len(failed) {
		return false
	}
	known := setOf(failed)
	return !slices.ContainsFunc(d.Steps, func(s run.StepRecord) bool {
		return s.Section != prentice.Undo && s.Section != prentice.Check && s.State == run.NotDone && !known[s.Target]
	})
}

// unfinished lists the targets on which not all Act steps were done, or are left.
func unfinished(d *detail) []prentice.Ref {
	var list []prentice.Ref
	steps, failed, back := d.ThePlan.In(prentice.Act), setOf(failedTargets(d)), putBackOn(d)
	for _, t := range d.ThePlan.Targets {
		if failed[t.Ref] || back[t.Ref] || slices.ContainsFunc(steps, func(s prentice.PlannedStep) bool {
			if s.Where != "target" {
				return false
			}
			rec, _, found := d.Past(s.ID, t.Ref, 1)
			return !found || rec.State != run.Done && rec.State != run.WasDone
		}) {
			list = append(list, t.Ref)
		}
	}
	return list
}

// partly ends a run in which some targets failed, as some may. What was done on
// them is put back if the procedure says how; the others keep it.
func (r *Runner) partly(ctx context.Context, d *detail, failed []prentice.Ref) error {
	first := failures(d)[failed[0]]
	says := fmt.Sprintf("came out well on %d of %s and failed on %s: step %s on %s: %s", len(d.ThePlan.Targets)-len(failed),
		prentice.CountTargets(len(d.ThePlan.Targets), d.ThePlan.Targets[0].Ref), someRefs(failed), first.Step, first.Target, first.Says)
	to, some := prentice.Failed, setOf(failed)
	if slices.ContainsFunc(d.ThePlan.In(prentice.Undo), func(s prentice.PlannedStep) bool { return s.Where == "target" }) &&
		slices.ContainsFunc(touched(d), func(t prentice.Target) bool { return some[t.Ref] }) {
		to = prentice.Undoing
	}
	return r.move(ctx, d, run.Next{State: to, Says: says})
}

// someRefs names the first few.
func someRefs(refs []prentice.Ref) string {
	const most = 3
	words := make([]string, min(most, len(refs)))
	for i := range words {
		words[i] = string(refs[i])
	}
	if left := len(refs) - most; left > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), left)
	}
	return strings.Join(words, ", ")
}
