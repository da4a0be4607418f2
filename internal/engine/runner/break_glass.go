package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// BreakGlass lets a run that waits go at once, without the approvals that it
// lacks and through a freeze. All else still binds it: what the policy refuses,
// limits, locks, the checks, the stop file. It is told at once, and anyone who did
// it answers for it in a review that another person closes.
func (r *Runner) BreakGlass(ctx context.Context, number int64, plan string, by prentice.Actor, reason string) (prentice.Run, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.Run{}, err
	}
	reason = strings.TrimSpace(reason)
	alone, lonely, err := r.mayBreakOwn(ctx, d.Detail, by)
	if err != nil {
		return d.Run, err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		if err := r.mayOverride(tx, d.Detail, run.Reply{Actor: by, Plan: plan, Reason: reason}, alone); err != nil {
			return run.Next{}, err
		}
		return run.Next{State: prentice.Queued, Says: brokeSays(by, reason, lonely), Actor: by.Ref(), Kind: "run.break-glass", Glass: by.Ref(), Begin: true, Data: map[string]any{
			"reason": reason, "door": by.Door, "role": by.Role, "token": by.Token, "people": by.People(), "causes": d.Causes, "requester": d.Requester, "approvals": d.Approvals, "lacked": approval.Asking(d.Decision), "alone": lonely}}, run.BeginReview(tx, d.Detail, by, reason, now)
	})
	if err != nil {
		return d.Run, err
	}
	r.tellGlass(ctx, d.Run, by.Ref(), by.People(), reason)
	return d.Run, nil
}

func brokeSays(by prentice.Actor, reason, lonely string) string {
	if lonely != "" {
		lonely = "; " + lonely
	}
	return fmt.Sprintf("%s used break-glass: %s%s", by.Ref(), reason, lonely)
}

// mayBreakOwn says why anyone who caused a run that needs two people, or that cannot
// be undone, may not let it go alone: a person behind whom they are not could
// answer. An emergency is a reason to do without approvals that are missing, not
// without a second person. Where there is no such person it says so, and the
// review is what is left.
func (r *Runner) mayBreakOwn(ctx context.Context, d *run.Detail, by prentice.Actor) (alone error, lonely string, err error) {
	shared, how := approval.Caused(d, by.People())
	if shared == "" || d.Risk != prentice.Danger && d.Decision.Approvers < 2 {
		return nil, "", nil
	}
	causers := prentice.Causers(d.Causes)
	who, err := r.independent(ctx, d.ThePlan, causers, "run.approve", "run.break-glass")
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("look who is on the team: %w", err)
	case len(who) == 0:
		return nil, fmt.Sprintf("no one on the team who is independent of %s could answer", approval.AnyOf(causers)), nil
	}
	return prentice.Errorf(prentice.Denied, "%s %s run/%d, which needs a second person", shared, how, d.Number).
		Try("let %s approve, or use break-glass", approval.AnyOf(who)), "", nil
}

// tellGlass tells the inbox. The event's id makes a repeat harmless, so it is
// told again after a restart while the review is open.
func (r *Runner) tellGlass(ctx context.Context, run prentice.Run, person prentice.Ref, people []prentice.Ref, reason string) {
	data, err := json.Marshal(map[string]any{"run": run.Number, "procedure": run.Procedure, "subject": run.Subject, "risk": run.Risk.String(),
		"by": person, "reason": reason, "says": fmt.Sprintf("%s used break-glass on run/%d: %s", person, run.Number, reason)})
	if err != nil {
		r.Log.Error("announce break-glass", "run", run.Number, "err", err)
		return
	}
	e := prentice.Event{ID: string(run.Ref()) + " break-glass", Source: "prentice/runner", Type: "prentice.break-glass", Subject: run.Ref(), Time: r.Clock(), Data: data, Causes: people}
	if err := r.Send(context.WithoutCancel(ctx), e); err != nil {
		r.Log.Error("announce break-glass", "run", run.Number, "err", err)
	}
}
