package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// drifted says why the approval that a run has is void, or nil: a limit holds it
// back, who agreed is no longer who may, or the policy asks otherwise.
func (r *Runner) drifted(ctx context.Context, d *detail) (v *run.Void, h prentice.HoldBack, err error) {
	s, err := r.facts(ctx, d.ThePlan, d.Request.Actor.Kind, d.Record)
	if err != nil {
		return nil, h, err
	}
	if d.BreakGlassBy != "" {
		s.Frozen = "" // the one thing that breaks a freeze
	}
	if h = gate.Check(s); h.Holds() {
		return &run.Void{Says: h.Says}, h, nil
	}
	if v, err = r.ruledOtherwise(ctx, d); v != nil || err != nil {
		return v, h, err
	}
	return nil, h, nil
}

// outgrown says why the plan is not the one for this world any more, or nil: the
// symptoms are gone, the same request gives another plan, or a check comes out
// otherwise.
func (r *Runner) outgrown(ctx context.Context, d *detail) (*run.Void, error) {
	if v, err := r.needless(ctx, d); v != nil || err != nil {
		return v, err
	}
	plan, err := r.Planner.Render(ctx, d.Request)
	if err != nil {
		return &run.Void{Says: "the state has changed: the plan can no longer be made: " + err.Error(), Old: d.Plan}, nil
	}
	if d.ThePlan.Limits.Verify == "" { // it was approved before batches were verified, and ends as it was approved
		plan.Limits.Verify, plan.Limits.Rollback = "", ""
	}
	if plan.Digest == d.ThePlan.Digest {
		plan = plan.SaidAs(d.ThePlan)
	}
	plan.Seen = d.ThePlan.Seen // see strayed
	if hash := plan.Hash(); hash != d.Plan {
		return &run.Void{
			Says: fmt.Sprintf("the state has changed: the same request now gives plan %.19s…, and the approval was for %.19s…; ask again", hash, d.Plan),
			Old:  d.Plan, New: hash, Changes: run.Differences(d.ThePlan, plan),
		}, nil
	}
	if v, err := r.strayed(ctx, d); v != nil || err != nil {
		return v, err
	}
	if err := r.closeLooks(ctx, d); err != nil {
		return nil, err
	}
	no, err := r.fits(ctx, d, checked(d)+1)
	switch {
	case err != nil:
		return nil, err
	case no == "":
		return r.otherFacts(ctx, d), nil
	}
	return &run.Void{Says: "the state has changed, and preconditions no longer hold: " + no, Old: d.Plan, New: d.Plan}, nil
}

// needless says that the symptoms which asked for a run are gone, or nil. What a
// person asked for is theirs to take back.
func (r *Runner) needless(ctx context.Context, d *detail) (*run.Void, error) {
	if r.Relieved == nil || d.Incident == "" || d.Request.Actor.Kind != prentice.Self {
		return nil, nil
	}
	since, err := r.Relieved(ctx, d.Incident)
	if err != nil {
		return nil, fmt.Errorf("ask whether %s has symptoms left: %w", d.Incident, err)
	}
	if since.IsZero() {
		return nil, nil
	}
	return &run.Void{Says: fmt.Sprintf("the state has changed: %s has no symptom left since %s", d.Incident, since.UTC().Format(time.RFC3339)), Old: d.Plan, New: d.Plan}, nil
}

// ruledOtherwise asks the policy in force about the same moment again, and looks
// whether the answers that people gave still cover what was asked and what is
// asked now.
func (r *Runner) ruledOtherwise(ctx context.Context, d *detail) (*run.Void, error) {
	now := r.decide(ctx, prentice.Moment{Now: d.Created, Actor: d.Request.Actor, Op: prentice.OpFor(d.Procedure), Plan: &d.ThePlan, Record: d.Record})
	if now.Verdict == prentice.Refuse {
		return &run.Void{Says: "the policy refuses it now: " + strings.Join(now.Reasons, "; "), Old: d.Plan, New: d.Plan, Changes: approval.RuleChanges(d.Decision, now)}, nil
	}
	if d.BreakGlassBy != "" || d.Decision.Verdict != prentice.Ask && now.Verdict != prentice.Ask {
		return nil, nil
	}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return nil, err
	}
	causers := prentice.Causers(d.Causes)
	if no := q.Covers(d.Approvals, causers); no != "" {
		return &run.Void{Says: "the approval is void: " + no, Old: d.Plan, New: d.Plan}, nil
	}
	q.Asks = now
	if no := q.Covers(d.Approvals, causers); no != "" {
		return &run.Void{Says: fmt.Sprintf("the policy asks otherwise now (rule %s): %s", approval.FirstOf(now.Rules), no), Old: d.Plan, New: d.Plan, Changes: approval.RuleChanges(d.Decision, now)}, nil
	}
	return nil, nil
}

// voidOr is void for a reason that was found, unless finding it went wrong.
func (r *Runner) voidOr(ctx context.Context, d *detail, v *run.Void, err error) error {
	if err != nil || v == nil {
		return err
	}
	return r.void(ctx, d, v, prentice.HoldBack{})
}

// void ends a run whose leave is void, and keeps why.
func (r *Runner) void(ctx context.Context, d *detail, v *run.Void, h prentice.HoldBack) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	err = r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: v.Says, Kind: "run.voided", Hold: h, Void: string(raw), Data: map[string]any{"new": v.New, "changes": v.Changes}})
	if err == nil {
		d.Void = v
	}
	return err
}
