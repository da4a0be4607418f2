package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// leastReason is how many letters a reason for breaking the glass has at least:
// enough for a sentence that the review can start from.
const leastReason = 10

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
		if err := r.mayOverride(tx, d.Detail, prentice.Reply{Actor: by, Plan: plan, Reason: reason}, alone); err != nil {
			return run.Next{}, err
		}
		return run.Next{State: prentice.Queued, Says: brokeSays(by, reason, lonely), Actor: by.Ref(), Kind: "run.break-glass", Glass: by.Ref(), Begin: true, Data: map[string]any{
			"reason": reason, "door": by.Door, "role": by.Role, "token": by.Token, "people": by.People(), "causes": d.Causes, "requester": d.Requester, "approvals": d.Approvals, "lacked": asking(d.Decision), "alone": lonely}}, run.BeginReview(tx, d.Detail, by, reason, now)
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

func (r *Runner) mayBreak(d *run.Detail, plan string, by prentice.Actor, reason string) error {
	switch {
	case by.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and only people may use break-glass", by.Ref()).Try("ask a person with the role approver")
	case !by.Role.Includes(prentice.Approver):
		return prentice.Errorf(prentice.Denied, "%s is %s; break-glass needs the role approver", by.Ref(), orNobody(by.Role)).Try("ask someone with that role")
	case len([]rune(reason)) < leastReason:
		return prentice.Errorf(prentice.Invalid, "the reason %q is too short to answer for", reason).Try("say in at least %d letters what burns and why it cannot wait", leastReason)
	case plan != "" && plan != d.Plan:
		return prentice.Errorf(prentice.Conflict, "run/%d is for plan %s, not %s", d.Number, d.Plan, plan).Try("look at the plan again")
	case r.Stopped():
		return prentice.Errorf(prentice.Refused, "everything is stopped").Try("remove the stop file with prentice resume-all first")
	case d.State == prentice.Waiting && d.Waits == run.WaitsApproval && !r.Clock().Before(d.Expires):
		return prentice.Errorf(prentice.Refused, "the request expired at %s UTC", d.Expires.UTC().Format(time.DateTime)).Try("ask again with: %s", anew(d.Procedure))
	case d.State == prentice.Waiting && d.Waits == run.WaitsApproval, asleep(d.Run):
		return nil
	}
	return prentice.Errorf(prentice.Conflict, "run/%d waits neither for approval nor for the calendar: it is %s", d.Number, d.State).
		Try("look at it with: prentice run show %d; a run that a freeze would refuse is asked for with: prentice run start … --when window", d.Number)
}

// mayBreakOwn says why anyone who caused a run that needs two people, or that cannot
// be undone, may not let it go alone: a person behind whom they are not could
// answer. An emergency is a reason to do without approvals that are missing, not
// without a second person. Where there is no such person it says so, and the
// review is what is left.
func (r *Runner) mayBreakOwn(ctx context.Context, d *run.Detail, by prentice.Actor) (alone error, lonely string, err error) {
	shared, how := caused(d, by.People())
	if shared == "" || d.Risk != prentice.Danger && d.Decision.Approvers < 2 {
		return nil, "", nil
	}
	causers := prentice.Causers(d.Causes)
	who, err := r.independent(ctx, d.ThePlan, causers, "run.approve", "run.break-glass")
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("look who is on the team: %w", err)
	case len(who) == 0:
		return nil, fmt.Sprintf("no one on the team who is independent of %s could answer", anyOf(causers)), nil
	}
	return prentice.Errorf(prentice.Denied, "%s %s run/%d, which needs a second person", shared, how, d.Number).
		Try("let %s approve, or use break-glass", anyOf(who)), "", nil
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
