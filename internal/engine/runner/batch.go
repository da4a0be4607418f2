package runner

import (
	"context"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// roll performs steps on one batch of targets after the other, and verifies each
// before the next begins. How far it is follows from the journal: after a crash it
// goes on in the middle of the same batch.
func (r *Runner) roll(ctx context.Context, d *detail, steps []prentice.PlannedStep) (stops *run.StepRecord, err error) {
	defer func() { d.rolling = 0 }()
	for {
		batch := d.batch()
		if batch == nil {
			return d.exceeded(), nil
		}
		d.rolling = batch.Number
		w := gate.Window{Parallel: d.ThePlan.Limits.Parallel, Failures: d.ThePlan.Limits.MaxFailures, Good: batch.Good, Bad: batch.Bad}
		if stops, err = r.between(ctx, d, *batch); stops != nil || err != nil {
			return stops, err
		}
		members := slices.DeleteFunc(slices.Clone(d.ThePlan.Targets), func(t prentice.Target) bool { return !slices.Contains(batch.Targets, t.Ref) })
		if stops, err = r.spread(ctx, d, steps, members, w); stops != nil || err != nil {
			return stops, err
		}
		if stops, _, err = r.verifyOn(ctx, d, d.part().Verify(), members, batch.Number); stops != nil || err != nil {
			return stops, err
		}
	}
}

// between performs what comes before a batch that is not the first: a pause, a look, a
// question to a person. It is done once for each batch, also after a crash. One that does not come
// out as it should stops the run where it is.
func (r *Runner) between(ctx context.Context, d *detail, batch run.Batch) (stops *run.StepRecord, err error) {
	if batch.Number == 1 {
		return nil, nil
	}
	for _, step := range d.part().Between() {
		if !forAny(step, batch.Targets) {
			continue
		}
		rec, err := r.one(ctx, d, step, prentice.Target{Local: true}, batch.Number)
		if err != nil || rec.State != run.Done && rec.State != run.WasDone {
			return &rec, err
		}
	}
	return nil, nil
}

// forAny says whether a step is for one of some targets.
func forAny(step prentice.PlannedStep, targets []prentice.Ref) bool {
	return slices.ContainsFunc(targets, step.For)
}

// notFor notes of a step that verifies other targets that it has nothing to say of these.
func (r *Runner) notFor(ctx context.Context, d *detail, step prentice.PlannedStep, round int) error {
	if _, _, found := d.Past(step.ID, "", round); found {
		return nil
	}
	_, err := r.prove(ctx, d, d.Unbegun(step, prentice.Target{Local: true}, round, r.Clock()), run.Done, prentice.Outcome{Says: "not planned for this batch"})
	return err
}

// batch is the one that is under way or comes next; nil when none may begin.
func (d *detail) batch() *run.Batch {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	for _, b := range d.Batches() {
		if !b.Over && !b.Barred {
			return &b
		}
	}
	return nil
}

// exceeded is the step that stops a run of which no batch may begin, or nil when
// all are over and no more failed than may.
func (d *detail) exceeded() *run.StepRecord {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	fine := true
	for _, b := range d.Batches() {
		w := gate.Window{Good: b.Good + len(b.Verified), Bad: b.Bad + len(b.Failed), Failures: d.ThePlan.Limits.MaxFailures}
		fine = !b.Barred && !b.Broken && w.Tolerated()
	}
	if fine {
		return nil
	}
	for _, s := range slices.Backward(d.Steps) {
		if s.State == run.NotDone && (s.Section == prentice.Act || s.Section == prentice.Verify) {
			return &s
		}
	}
	return nil
}

// tolerates says whether no more targets failed than may, of a plan that counts
// those that do not verify.
func (d *detail) tolerates() bool {
	failed := len(failedTargets(d))
	w := gate.Window{Bad: failed, Good: len(d.ThePlan.Targets) - failed, Failures: d.ThePlan.Limits.MaxFailures}
	return d.ThePlan.Limits.Verify != "" && w.Tolerated()
}

// verifyOn performs verification steps on those of some targets that have not
// failed, as many at once as may be, and once in a round of its own what is not
// tied to a target. It returns the step that stops the run, and the last that
// failed on a target.
func (r *Runner) verifyOn(ctx context.Context, d *detail, steps []prentice.PlannedStep, targets []prentice.Target, round int) (stops, bad *run.StepRecord, err error) {
	for _, group := range blocks(steps) {
		list := without(targets, failedTargets(d))
		if len(list) == 0 {
			return nil, bad, nil // nothing is left that could come out well
		}
		if group[0].Where != "target" {
			if !forAny(group[0], run.TargetRefs(prentice.Plan{Targets: list})) {
				if err := r.notFor(ctx, d, group[0], round); err != nil {
					return nil, bad, err
				}
				continue
			}
			rec, err := r.one(ctx, d, group[0], prentice.Target{Local: true}, round)
			if err != nil || rec.State != run.Done && rec.State != run.WasDone {
				return &rec, bad, err
			}
			continue
		}
		all := gate.Window{Parallel: d.ThePlan.Limits.Parallel, Failures: len(list) + 1, Good: len(list)} // each is asked, whatever the others say
		asked, err := r.each(ctx, d, group, list, all)
		if asked.last != nil {
			bad = asked.last
		}
		if asked.stops != nil || err != nil {
			return asked.stops, bad, err
		}
	}
	return nil, bad, nil
}

// stoppedAt says which batch a run is stopped at, and what that leaves.
func (d *detail) stoppedAt() string {
	at := 0
	for _, b := range d.Batches() {
		if b.State != run.NotBegun {
			at = b.Number
		}
	}
	if at == 0 {
		return ""
	}
	return fmt.Sprintf("; stopped at batch %d, with %s verified and %d not begun", at, prentice.CountTargets(len(verifiedTargets(d)), d.ThePlan.Targets[0].Ref), len(d.ThePlan.Targets)-len(ownTouched(d)))
}

// verifiedTargets are those that are done with and came out well, of a plan that
// verifies batch by batch.
func verifiedTargets(d *detail) []prentice.Ref {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	var list []prentice.Ref
	for _, b := range d.Batches() {
		list = append(list, b.Verified...)
	}
	return list
}

// ownTouched are the targets on which an Act step of their own was begun.
func ownTouched(d *detail) map[prentice.Ref]bool {
	own := map[prentice.Ref]bool{}
	for _, s := range d.Steps {
		if s.Section == prentice.Act && s.Attempts > 0 && s.Target != "" {
			own[s.Target] = true
		}
	}
	return own
}

// putBackOn are the targets on which something was put back.
func putBackOn(d *detail) map[prentice.Ref]bool {
	back := map[prentice.Ref]bool{}
	for _, s := range d.Steps {
		if s.Section == prentice.Undo && s.Attempts > 0 {
			back[s.Target] = true
		}
	}
	return back
}

// failedAtEnd says whether what verifies the run as a whole, once all batches are
// over, did not come out well: then no batch counts as verified.
func (d *detail) failedAtEnd() bool {
	if _, followed := d.part().Rolling(); !followed {
		return false
	}
	return slices.ContainsFunc(d.Steps, func(s run.StepRecord) bool {
		return s.Section == prentice.Verify && s.Target == "" && s.State == run.NotDone
	})
}

// begunFirst puts the targets first on which one of the steps was begun before:
// how they came out counts before any other is begun.
func begunFirst(d *detail, steps []prentice.PlannedStep, targets []prentice.Target) []prentice.Target {
	begun := func(t prentice.Target) int {
		for _, s := range steps {
			if _, _, found := d.Past(s.ID, t.Ref, 1); found {
				return 0
			}
		}
		return 1
	}
	sorted := slices.Clone(targets)
	slices.SortStableFunc(sorted, func(a, b prentice.Target) int { return begun(a) - begun(b) })
	return sorted
}
