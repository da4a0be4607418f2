package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// Foresee says what would become of a request if it were made now: what policy
// says of it, who could approve it and what would hold it back. It writes nothing
// and binds no one: Start asks everything again. It waits for what the plan's hosts answer
// for at most a while; with 0 it does not.
func (r *Runner) Foresee(ctx context.Context, req prentice.RunRequest, wait time.Duration) (out run.Outlook, err error) {
	plan, err := r.Planner.Render(ctx, req)
	if err != nil {
		return out, err
	}
	if _, _, err := r.Twin(ctx, req, plan, plan.Hash()); prentice.KindOf(err) == prentice.Conflict {
		out.Already = approval.SentenceOf(err)
	}
	d := &run.Detail{Request: req}
	d.ThePlan, d.Risk = plan, plan.Risk
	if d.Causes, err = r.causes(ctx, req); err != nil {
		return out, err
	}
	record, err := r.Record(ctx, plan.Procedure, plan.Subject)
	if err != nil {
		return out, err
	}
	s, err := r.facts(ctx, plan, req.Actor.Kind, record)
	if err != nil {
		return out, err
	}
	out.Hold = gate.Check(s).OrNil()
	d.Decision = r.decide(ctx, prentice.Moment{Now: s.Now, Actor: req.Actor, Op: prentice.OpFor(plan.Procedure), Plan: &plan, Record: record})
	out.Decision, out.Contact = d.Decision, r.contact(ctx, plan, req.Actor, wait)
	if wait > 0 && !r.Stopped() && r.People.RoleOn(req.Actor, plan).Includes(prentice.Operator) {
		if out.Seen, err = r.foreseen(ctx, req, plan, wait); err != nil {
			return out, err
		}
	}
	if d.Decision.Verdict != prentice.Ask {
		return out, nil
	}
	q, err := r.question(ctx, d.Decision, plan, s.Now)
	if err != nil {
		return out, err
	}
	out.Answerers, err = r.answerersOf(ctx, d, q)
	return out, err
}

// foreseen is how the targets of a plan are found that no run has yet.
func (r *Runner) foreseen(ctx context.Context, req prentice.RunRequest, plan prentice.Plan, wait time.Duration) ([]prentice.Seen, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	d := &detail{Detail: &run.Detail{Request: req}}
	d.ThePlan = plan
	seen, no := r.lookAround(ctx, d)
	if no != "" {
		return nil, prentice.Errorf(prentice.Refused, "%s", no)
	}
	return seen, nil
}

// ahead is what would hold a run back that waits for approval, if it had it now.
func (r *Runner) ahead(ctx context.Context, d run.View) (*prentice.HoldBack, error) {
	s, err := r.facts(ctx, d.ThePlan, prentice.ActorKind(d.Requester.Kind()), d.Record)
	if err != nil {
		return nil, err
	}
	return gate.Check(s).OrNil(), nil
}
