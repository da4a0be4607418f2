package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Diagnose asks a procedure's Check section whether this is its fault. It reads
// only, holds no lock, and leaves no run behind.
func (r *Runner) Diagnose(ctx context.Context, req prentice.RunRequest) (run.Diagnosis, error) {
	plan, err := r.Planner.Render(ctx, req)
	if err != nil {
		return run.Diagnosis{}, err
	}
	d := &detail{Detail: &run.Detail{Request: req}}
	d.ThePlan, d.Procedure, d.Subject = plan, plan.Procedure, plan.Subject
	diagnosis := run.Diagnosis{Procedure: plan.Procedure, Fits: true, Says: "its checks fit"}
	checks := plan.In(prentice.Check)
	if len(checks) == 0 {
		diagnosis.Says = "it has no Check section, so it fits anything"
	}
	for _, step := range checks {
		for _, target := range where(step, plan) {
			if target.Ref != "" && !step.For(target.Ref) {
				continue
			}
			if r.forPeople(step.Kind) {
				rec := d.Meant(step, target, 1, r.Clock())
				rec.State, rec.Says = run.Held, "a person answers it: "+step.Says
				diagnosis.Steps = append(diagnosis.Steps, rec)
				diagnosis.Says = "its checks fit, but for what a person must answer: " + step.Says
				continue
			}
			rec := r.look(ctx, d, step, target)
			diagnosis.Steps = append(diagnosis.Steps, rec)
			if rec.State != run.Done {
				diagnosis.Fits = false
				diagnosis.Says = fmt.Sprintf("check %s on %s: %s", step.ID, orHere(target.Ref), rec.Says)
				return diagnosis, nil
			}
		}
	}
	return diagnosis, nil
}

// look performs a check outside any run.
func (r *Runner) look(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) run.StepRecord {
	rec := d.Meant(step, target, 1, r.Clock())
	rec.State = run.NotDone
	if r.Stopped() {
		rec.Says = "everything is stopped"
		return rec
	}
	kind := r.kinds[step.Kind]
	work, cleanup, err := r.work(ctx, d, step, target)
	if err != nil {
		rec.Says = err.Error()
		return rec
	}
	defer cleanup()
	if kind == nil {
		rec.Says = fmt.Sprintf("this prentice knows no step kind %q", step.Kind)
		return rec
	}
	if len(d.ThePlan.Secrets) > 0 {
		if err := r.DB.Write(ctx, func(tx *db.Tx) error { return r.secretsUsed(tx, d, step, target) }); err != nil {
			rec.Says = err.Error()
			return rec
		}
	}
	ctx, cancel := context.WithTimeout(ctx, r.allowance(d.ThePlan, step))
	defer cancel()
	work, printed := listening(work)
	out, err := kind.Apply(ctx, work)
	if printed != nil && r.judge(step, out, err) == run.Done {
		out.Out, err = valuesOf(work, printed, out.Response, nil)
	}
	rec.State, rec.Says, rec.Code, rec.Ended = r.judge(step, out, err), out.Says, out.Code, r.Clock()
	if err != nil {
		rec.Says = err.Error()
		return rec
	}
	rec.Out = out.Out
	d.Note(rec) // those after it may read what it hands on
	return rec
}
