package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// decideAnew plans an open plan anew: its checks have been made, and what they captured
// decides more of it. The policy and the gate are asked about the plan that comes of
// it, and no one has agreed to any other. That plan may have more to look at, of a
// procedure that is called now, and may be open still. over says that this ended the run.
func (r *Runner) decideAnew(ctx context.Context, d *detail) (over bool, err error) {
	refused := func(says string) (bool, error) {
		return true, r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: says, Kind: "run.refused"})
	}
	req := d.Request
	req.Captured = captured(d)
	plan, err := r.Planner.Render(ctx, req)
	switch {
	case err != nil:
		return refused("no plan can be made of what its checks saw: " + err.Error())
	case !goesOn(d.ThePlan, plan):
		return refused("its procedure or its targets have changed since its checks were made; ask again")
	}
	record := d.Record
	if plan.Subject != d.Subject { // it is about what was chosen
		if record, err = r.Record(ctx, d.Procedure, plan.Subject); err != nil {
			return false, err
		}
	}
	s, err := r.facts(ctx, plan, req.Actor.Kind, record)
	if err != nil {
		return false, err
	}
	if d.Window {
		s.Frozen = "" // the calendar is asked again once the run has leave
	}
	decision := r.decide(ctx, prentice.Moment{Now: d.Created, Actor: req.Actor, Op: prentice.OpFor(d.Procedure), Plan: &plan, Record: record})
	unanswerable, err := r.askable(ctx, req, plan, decision)
	if err != nil {
		return false, err
	}
	next := opening(s, req, plan, decision, unanswerable)
	to := run.Next{State: next.State, Says: "its checks have decided the plan", Kind: "run.decided", Data: map[string]any{
		"was": d.Plan, "captured": plan.Captured, "targets": run.TargetRefs(plan), "verdict": decision.Verdict, "rules": decision.Rules, "reasons": decision.Reasons}}
	if moreToLook(d.ThePlan, plan) {
		to.Says = "its checks have decided some of the plan, and it looks further"
	}
	if next.State.Ended() {
		to.Says, to.Kind = next.Says, "run.refused"
	}
	if next.Hold != nil {
		to.Hold = *next.Hold
	}
	d.Request, d.ThePlan, d.Plan, d.Risk, d.Decision, d.PlanGroup = req, plan, plan.Hash(), plan.Risk, decision, ""
	d.Subject, d.Record, d.Targets, d.Hosts = plan.Subject, record, run.TargetRefs(plan), len(plan.Targets)
	if decision.Verdict == prentice.Ask {
		d.PlanGroup = run.PlanGroup(plan)
	}
	err = r.move(ctx, d, to, func(tx *db.Tx, _ time.Time) error { return run.Replan(tx, d.Detail) })
	if err == nil {
		d.Replanned()
	}
	return next.State.Ended(), err
}

// captured is what the checks of a run saw last, in the order of its plan.
func captured(d *detail) (list []prentice.Captured) {
	for _, step := range d.ThePlan.In(prentice.Check) {
		for _, target := range where(step, d.ThePlan) {
			values := d.HandedOn(step.ID, target.Ref)
			for _, c := range step.Out {
				if value, there := values[c.Name]; there {
					list = append(list, prentice.Captured{Step: step.ID, Target: target.Ref, Name: c.Name, Value: value})
				}
			}
		}
	}
	return list
}

// goesOn says whether a plan is what the checks of another have decided: it still asks all
// that they were asked, for the same targets and of the same files. One that is open has
// more to look at than before, so that there is an end. Only steps of calls that are
// decided now may bring targets, or take those of the caller away.
func goesOn(old, now prentice.Plan) bool {
	sameTargets := slices.Equal(lookedAt(old), lookedAt(now))
	switch {
	case old.Digest != now.Digest, !sameTargets && len(now.Calls) == 0, now.Open && !moreToLook(old, now):
		return false
	}
	asked, asks := questions(old), questions(now)
	for q := range asked {
		if _, still := asks[q]; !still {
			return false
		}
	}
	for q, on := range asks { // one that a check passed over would be taken for looked at
		passed := slices.ContainsFunc(old.Steps, func(s prentice.PlannedStep) bool { return s.ID == on.step }) && slices.Contains(lookedAt(old), on.target)
		if _, was := asked[q]; passed && !was && on.target != "" {
			return false
		}
	}
	return true
}

// lookedAt are the targets that the checks of a plan look at, by name.
func lookedAt(p prentice.Plan) []prentice.Ref { return prentice.RefsOf(p.LookedAt()) }

// moreToLook says whether a plan has checks that another does not have.
func moreToLook(old, now prentice.Plan) bool { return len(questions(now)) > len(questions(old)) }

// askedOn is a check and a target that it is for; "" is here.
type askedOn struct {
	step   string
	target prentice.Ref
}

// questions are the checks of a plan, each with a target that it is for, by their texts.
func questions(p prentice.Plan) map[string]askedOn {
	all := map[string]askedOn{}
	for _, step := range p.In(prentice.Check) {
		for _, target := range where(step, p) {
			if step.For(target.Ref) {
				asked := step
				asked.On = nil
				text, _ := json.Marshal([]any{asked, target.Ref}) // texts, numbers and lists of them
				all[string(text)] = askedOn{step.ID, target.Ref}
			}
		}
	}
	return all
}

// otherFacts says that the checks of a run see something else than its plan rests on,
// or nil.
func (r *Runner) otherFacts(ctx context.Context, d *detail) *run.Void {
	now := captured(d)
	if slices.Equal(now, d.ThePlan.Captured) {
		return nil
	}
	req, changes := d.Request, run.Differences(prentice.Plan{Captured: d.ThePlan.Captured}, prentice.Plan{Captured: now})
	req.Captured = now
	v := &run.Void{Old: d.Plan}
	if plan, err := r.Planner.Render(ctx, req); err == nil {
		plan.Seen = d.ThePlan.Seen // see strayed
		v.New, changes = plan.Hash(), run.Differences(d.ThePlan, plan)
	}
	v.Changes = slices.DeleteFunc(changes, func(c run.Difference) bool { return c.What == "plan" })
	said := []string{}
	for _, c := range v.Changes {
		if strings.HasPrefix(c.What, run.CapturedBy) && len(said) < 3 {
			said = append(said, c.String())
		}
	}
	v.Says = fmt.Sprintf("the state has changed: %s; ask again", strings.Join(said, ", "))
	return v
}
