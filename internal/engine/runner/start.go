package runner

import (
	"context"
	"errors"
	"strings"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Start plans a run, decides whether it may be, and begins to check. It returns
// a run in every case that can be shown, also one that is refused at once; an
// error means that there is nothing to show. The same event never starts a
// procedure twice, and of those that ask for what is under way already, with the
// same inputs for the same subject, prentice itself gets the run that exists and
// everyone else is told of it.
func (r *Runner) Start(ctx context.Context, req prentice.RunRequest) (prentice.Run, error) {
	if !req.Actor.Known() {
		return prentice.Run{}, prentice.Errorf(prentice.Unauthenticated, "no one asks for %s", req.Procedure).Try("sign in")
	}
	req, err := r.cite(ctx, req)
	if err != nil {
		return prentice.Run{}, err
	}
	plan, err := r.Planner.Render(ctx, req)
	if err != nil {
		return prentice.Run{}, err
	}
	hash := plan.Hash()
	if run, found, err := r.Twin(ctx, req, plan, hash); found || err != nil {
		return run, err
	}
	if req, err = r.concern(ctx, req, plan); err != nil {
		return prentice.Run{}, err
	}
	if req.Causes, err = r.causes(ctx, req); err != nil {
		return prentice.Run{}, err
	}
	record, err := r.Record(ctx, plan.Procedure, plan.Subject)
	if err != nil {
		return prentice.Run{}, err
	}
	s, err := r.facts(ctx, plan, req.Actor.Kind, record)
	if err != nil {
		return prentice.Run{}, err
	}
	d := &detail{Detail: &run.Detail{Request: req, Attempt: 1, Owner: r.taker()}}
	d.ThePlan, d.Record = plan, record
	d.Window, d.Causes = req.Window, req.Causes
	d.Decision = r.decide(ctx, prentice.Moment{Now: s.Now, Actor: req.Actor, Op: prentice.OpFor(plan.Procedure), Plan: &plan, Record: record})
	if req.Window {
		s.Frozen = "" // the calendar is asked again once the run has leave
	}
	unanswerable, err := r.askable(ctx, req, plan, d.Decision)
	if err != nil {
		return prentice.Run{}, err
	}
	d.Run = opening(s, req, plan, d.Decision, unanswerable)
	d.Plan = hash
	if d.Decision.Verdict == prentice.Ask {
		d.PlanGroup = run.PlanGroup(plan)
	}
	if run, found, err := r.insertOnly(ctx, d); found || err != nil {
		return run, err
	}
	r.tell(d.Run, "")
	if d.State.Ended() {
		return d.Run, nil
	}
	r.perform(d)
	if err := r.sayAnswerers(ctx, d.Detail); err != nil {
		r.Log.Error("look who can answer", "run", d.Number, "err", err) // the run has begun all the same
	}
	return d.Run, nil
}

// opening is the run as it begins: checking, or refused with the reasons.
func opening(s gate.Facts, req prentice.RunRequest, plan prentice.Plan, decision prentice.Decision, unanswerable string) prentice.Run {
	run := prentice.Run{
		Procedure: plan.Procedure, Subject: plan.Subject, Risk: plan.Risk, Targets: run.TargetRefs(plan), Hosts: len(plan.Targets),
		Requester: req.Actor.Ref(), Incident: req.Incident, Reason: req.Reason, Created: s.Now,
		State: prentice.Checking, Says: beginning(plan),
	}
	if req.EventNumber != 0 {
		run.Event = string(prentice.EventRecord{Number: req.EventNumber}.Ref())
	}
	h := gate.Check(s)
	run.Hold = h.OrNil()
	no := h.Says
	if no == "" {
		no = unanswerable
	}
	if decision.Verdict == prentice.Refuse {
		no = "policy: " + strings.Join(decision.Reasons, "; ")
	}
	if no != "" {
		run.State, run.Says, run.Ended = prentice.RunRefused, no, s.Now
	}
	return run
}

// beginning is what a run does before it asks for leave.
func beginning(plan prentice.Plan) string {
	if len(plan.In(prentice.Check)) == 0 {
		return "about to begin"
	}
	return "looking whether this is the fault"
}

// insertOnly writes a run, or finds the one that it would only repeat and that came
// first at this very moment.
func (r *Runner) insertOnly(ctx context.Context, d *detail) (twin prentice.Run, found bool, err error) {
	for range 3 { // the twin may have ended before anyone saw it
		if err = r.Insert(ctx, d.Detail, func(tx *db.Tx) { r.announceIn(tx, d.Run, d.Causes) }); !errors.Is(err, db.ErrTaken) {
			return prentice.Run{}, false, err
		}
		if twin, found, err = r.Twin(ctx, d.Request, d.ThePlan, d.Plan); found || err != nil {
			return twin, found, err
		}
	}
	return prentice.Run{}, false, prentice.Errorf(prentice.Conflict, "%s is started again and again at this moment", d.Procedure).Try("ask again in a moment")
}

// begin starts a fresh attempt at the stage of a run that nothing performs. If
// anyone has written the run since, it is left to them.
func (r *Runner) begin(ctx context.Context, run run.Idle) error {
	begun, err := r.Begin(ctx, run, r.taker())
	if err != nil {
		return err
	}
	if begun {
		r.workers.begin(run.Number)
	}
	return nil
}
