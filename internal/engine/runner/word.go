package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// person is why a check cannot go on: a person must answer it first.
type person struct{ rec run.StepRecord }

func (p person) Error() string { return "a person must answer " + p.rec.Step }

// waitFor lets a run wait for a person, and lets go of all that it holds: what a
// person takes hours for keeps no one else out.
func (r *Runner) waitFor(ctx context.Context, d *detail, rec run.StepRecord) error {
	_, _, expires, err := d.ThePlan.Limits.Times()
	if err != nil {
		return err
	}
	return r.move(ctx, d, run.Next{State: prentice.Waiting, Says: "waits for a person: " + rec.Says, Waits: rec.Step, Expires: expires, Kind: "run.held"}, releaseAs(d))
}

// Answered is the word of a person on a check, given in any round: no one is asked
// the same again because the others are looked at once more.
func (r *Runner) answered(d *detail, step prentice.PlannedStep, target prentice.Target) (run.StepRecord, bool) {
	d.Mu.Lock()
	defer d.Mu.Unlock()
	for _, s := range slices.Backward(d.Steps) {
		if r.forPeople(step.Kind) && s.Section == prentice.Check && s.Step == step.ID && s.Target == target.Ref && s.State != run.Held && s.State != run.Intended {
			return s, true
		}
	}
	return run.StepRecord{}, false
}

// hasWaited says whether a run has let go of its targets to wait for a person.
func (r *Runner) hasWaited(d *detail) bool {
	return slices.ContainsFunc(d.Steps, func(s run.StepRecord) bool { return r.forPeople(s.Kind) && s.Section != prentice.Check })
}

// hasChanged says whether anything was begun that changes something.
func (r *Runner) hasChanged(d *detail) bool {
	return slices.ContainsFunc(d.Steps, func(s run.StepRecord) bool {
		if s.Section != prentice.Act || r.forPeople(s.Kind) || s.Attempts == 0 {
			return false
		}
		i := slices.IndexFunc(d.ThePlan.Steps, func(p prentice.PlannedStep) bool { return p.Section == prentice.Act && p.ID == s.Step })
		return i < 0 || d.ThePlan.Steps[i].Risk != prentice.Look
	})
}

// regain takes the targets again of a run that has waited for a person. It says
// whether it has them and may go on; otherwise the stage looks again.
func (r *Runner) regain(ctx context.Context, d *detail) (bool, error) {
	if !r.hasWaited(d) {
		return true, nil
	}
	freed := r.freed.wait()
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		return r.reserve(tx, d, r.Clock())
	})
	if busy, ok := errors.AsType[gate.Error](err); ok {
		return false, r.standAside(ctx, d, busy.HoldBack, freed)
	}
	if err != nil {
		return false, fmt.Errorf("take the targets of run %d again: %w", d.Number, err)
	}
	if !r.hasChanged(d) || d.State == prentice.Running && !actsOn(d) {
		return true, nil
	}
	who, err := r.actedMeanwhile(ctx, d)
	if who == "" || err != nil {
		return err == nil, err
	}
	return false, r.move(ctx, d, run.Next{State: prentice.Uncertain, Says: who + " while it waited for a person; look whether it may go on, and start it anew"})
}

// standAside waits until some lock is let go.
func (r *Runner) standAside(ctx context.Context, d *detail, h prentice.HoldBack, freed <-chan struct{}) error {
	if says := "waits: " + h.Says; d.State == prentice.Running && d.Says != says { // what is undone says why
		if err := r.move(ctx, d, run.Next{State: d.State, Says: says, Hold: h, Kind: "run.queued"}); err != nil {
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

// actsOn says whether a run has steps of Act before it.
func actsOn(d *detail) bool {
	for _, step := range d.ThePlan.In(prentice.Act) {
		for _, t := range where(step, d.ThePlan) {
			rec, _, found := d.Past(step.ID, t.Ref, 1)
			if !found || rec.State != run.Done && rec.State != run.WasDone && rec.State != run.NotDone {
				return true
			}
		}
	}
	return false
}

// actedMeanwhile says which other run has acted, since this one began to wait for a
// person, on a target that it had acted on before; "" is none.
func (r *Runner) actedMeanwhile(ctx context.Context, d *detail) (string, error) {
	var since time.Time
	for _, s := range d.Steps {
		if r.forPeople(s.Kind) && s.Section != prentice.Check && (since.IsZero() || s.Started.Before(since)) {
			since = s.Started
		}
	}
	return r.ActedSince(ctx, d.Number, since, touched(d))
}
