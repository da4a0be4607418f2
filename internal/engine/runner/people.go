package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	waitsApproval = "approval"
	humanKind     = "human"
)

// Answer records a person's answer to a plan. The plan is performed once
// enough people agreed; one refusal refuses it. Nobody answers their own
// request, by any door, and nobody answers twice.
func (r *Runner) Answer(ctx context.Context, a prentice.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	if err := r.mayAnswer(d, a); err != nil {
		return d.Run, err
	}
	standsFor, err := r.mayCount(ctx, d, a)
	if err != nil {
		return d.Run, err
	}
	var to next
	enough := false
	write := func(tx *db.Tx, now time.Time) error { return r.writeAnswer(tx, d, a, standsFor, now) }
	yes := seats(d.Approvals) + 1
	switch {
	case !a.Yes:
		to = next{state: prentice.RunRefused, says: fmt.Sprintf("%s refused: %s", a.Actor.Ref(), orNoReason(a.Reason)), actor: a.Actor.Ref(), kind: "run.refused"}
	case yes < d.Decision.Approvers:
		to = next{state: prentice.Waiting, says: fmt.Sprintf("has %d of %d approvals", yes, d.Decision.Approvers), waits: waitsApproval, expires: d.Expires.Sub(r.Clock()), actor: a.Actor.Ref(), kind: "run.asked"}
	default:
		enough = true
		to = next{state: prentice.Queued, says: fmt.Sprintf("approved by %s", a.Actor.Ref()), actor: a.Actor.Ref(), kind: "run.approved"}
	}
	if err := r.move(ctx, d, to, write); err != nil {
		return d.Run, err
	}
	if enough {
		return d.Run, r.begin(ctx, d.Number, d.attempt)
	}
	return d.Run, nil
}

func orNoReason(s string) string {
	if s == "" {
		return "no reason given"
	}
	return s
}

// mayAnswer refuses whoever may not answer this request for approval.
func (r *Runner) mayAnswer(d *detail, a prentice.Reply) error {
	switch {
	case d.State != prentice.Waiting || d.Waits != waitsApproval:
		return prentice.Errorf(prentice.Conflict, "run/%d does not wait for an approval: it is %s", d.Number, d.State).Try("look at it with: prentice run show %d", d.Number)
	case a.Plan != "" && a.Plan != d.Plan:
		return prentice.Errorf(prentice.Conflict, "run/%d is for plan %s, not %s", d.Number, d.Plan, a.Plan).Try("look at the plan again before you answer")
	case d.Decision.NeedsReason && strings.TrimSpace(a.Reason) == "":
		return prentice.Errorf(prentice.Invalid, "rule %s wants a reason with every answer to run/%d", firstOf(d.Decision.Rules), d.Number).Try("say why in one sentence with --reason")
	case !a.Yes && (a.Actor.Ref() == d.Requester || a.Actor.Ref() == d.request.Mover):
		return nil // whoever asked may take it back
	case a.Actor.Ref() == d.Requester:
		return prentice.Errorf(prentice.Denied, "%s asked for run/%d and cannot approve it", a.Actor.Ref(), d.Number).Try("ask somebody else with the role %s", d.Decision.Role)
	case a.Actor.Ref() == d.request.Mover:
		return prentice.Errorf(prentice.Denied, "%s sent the event that asks for run/%d and cannot approve it", a.Actor.Ref(), d.Number).Try("ask somebody else with the role %s", d.Decision.Role)
	case a.Actor.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and only people approve", a.Actor.Ref()).Try("ask a person with the role %s", d.Decision.Role)
	case !a.Actor.Role.Includes(d.Decision.Role):
		return prentice.Errorf(prentice.Denied, "%s is %s; run/%d asks for %s", a.Actor.Ref(), a.Actor.Role, d.Number, d.Decision.Role).Try("ask somebody with that role")
	case r.Stopped():
		return prentice.Errorf(prentice.Refused, "everything is stopped").Try("remove the stop file with prentice resume-all, then approve")
	case !r.Clock().Before(d.Expires):
		return prentice.Errorf(prentice.Refused, "the request expired at %s UTC", d.Expires.UTC().Format(time.DateTime)).Try("ask again with: %s", anew(d.Procedure))
	}
	for _, before := range d.Approvals {
		if before.Actor == a.Actor.Ref() {
			return prentice.Errorf(prentice.Conflict, "%s has answered already", a.Actor.Ref()).Try("another person must answer")
		}
	}
	return nil
}

// mayCount refuses an answer from somebody who is not asked, and says for whom
// it is given: "" for themselves.
func (r *Runner) mayCount(ctx context.Context, d *detail, a prentice.Reply) (prentice.Ref, error) {
	person := a.Actor.Ref()
	if !a.Yes && (person == d.Requester || person == d.request.Mover) || len(d.Decision.From) == 0 {
		return "", nil
	}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return "", err
	}
	seat := q.seat(person)
	switch {
	case seat == "":
		return "", prentice.Errorf(prentice.Denied, "run/%d asks %s, and %s is none of them", d.Number, whom(d.Decision.From), person).
			Try("ask one of them; see who with: prentice run show %d", d.Number)
	case a.Yes && (seat == d.Requester || seat == d.request.Mover):
		return "", prentice.Errorf(prentice.Denied, "%s stands in for %s, who asked for run/%d", person, seat, d.Number).Try("ask somebody else of %s", whom(d.Decision.From))
	case slices.ContainsFunc(d.Approvals, func(b prentice.Approval) bool { return orSelf(b) == seat }):
		return "", prentice.Errorf(prentice.Conflict, "%s has been answered for already", seat).Try("another person must answer")
	case seat == person:
		return "", nil
	}
	return seat, nil
}

// seats counts the people for whom leave was given.
func seats(approvals []prentice.Approval) int {
	n := 0
	for _, a := range approvals {
		if a.Yes {
			n++
		}
	}
	return n
}

func (r *Runner) writeAnswer(tx *db.Tx, d *detail, a prentice.Reply, standsFor prentice.Ref, now time.Time) error {
	kind := "approval.refused"
	if a.Yes {
		kind = "approval.given"
	}
	if _, err := tx.Exec(`INSERT INTO run_approvals (run, actor, plan, door, yes, reason, time, stand_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		d.Number, string(a.Actor.Ref()), d.Plan, a.Actor.Door, flag(a.Yes), a.Reason, db.Micros(now), string(standsFor)); err != nil {
		return err
	}
	if a.Yes && a.Window {
		if _, err := tx.Exec(`UPDATE runs SET in_window = 1 WHERE number = ?`, d.Number); err != nil {
			return err
		}
	}
	data := map[string]any{"plan": d.Plan, "reason": a.Reason, "door": a.Actor.Door, "role": a.Actor.Role, "requester": d.Requester}
	if standsFor != "" {
		data["for"] = standsFor
	}
	if a.Window {
		data["when"] = "window"
	}
	return r.Ledger.Append(tx, now, prentice.Note{Kind: kind, Actor: a.Actor.Ref(), Refs: refsOf(d.Run), Data: data})
}

// flag is a truth as the database keeps it.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// hold lets a run wait for a person to do a step and say so.
func (r *Runner) hold(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (prentice.StepRecord, error) {
	rec := d.meant(step, target, round, r.Clock())
	rec.State, rec.Says = prentice.Held, step.Says
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		return r.writeProof(tx, d, rec)
	})
	if err != nil {
		return rec, fmt.Errorf("write that %s waits: %w", stepKey(rec), err)
	}
	d.note(rec)
	return rec, nil
}

// Confirm is a person's word on a human step: done, or not.
func (r *Runner) Confirm(ctx context.Context, a prentice.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	if d.State != prentice.Waiting || d.Waits == waitsApproval {
		return d.Run, prentice.Errorf(prentice.Conflict, "run/%d does not wait for a person to do a step: it is %s", d.Number, d.State).Try("look at it with: prentice run show %d", d.Number)
	}
	if a.Step != "" && a.Step != d.Waits {
		return d.Run, prentice.Errorf(prentice.Conflict, "run/%d waits for step %s, not %s", d.Number, d.Waits, a.Step).Try("look at it with: prentice run show %d", d.Number)
	}
	if a.Actor.Kind != prentice.Person {
		return d.Run, prentice.Errorf(prentice.Denied, "%s is not a person, and step %s is for people", a.Actor.Ref(), d.Waits).Try("ask a person to do it and to confirm")
	}
	rec, found := d.held()
	if !found {
		return d.Run, prentice.Errorf(prentice.Internal, "run/%d waits for step %s, of which the journal knows nothing", d.Number, d.Waits)
	}
	rec.State, rec.Ended, rec.Says = prentice.Done, r.Clock(), fmt.Sprintf("%s says it is done: %s", a.Actor.Ref(), orNoReason(a.Reason))
	if !a.Yes {
		rec.State, rec.Says = prentice.NotDone, fmt.Sprintf("%s says it could not be done: %s", a.Actor.Ref(), orNoReason(a.Reason))
	}
	back := prentice.Running
	if rec.Section == prentice.Undo {
		back = prentice.Undoing
	}
	err = r.move(ctx, d, next{state: back, says: rec.Says, kind: "run.confirmed", actor: a.Actor.Ref()},
		func(tx *db.Tx, _ time.Time) error { return r.writeProof(tx, d, rec) })
	if err != nil {
		return d.Run, err
	}
	return d.Run, r.begin(ctx, d.Number, d.attempt)
}

// Cancel stops a run: at once if it waits, and otherwise by interrupting the
// step under way (SIGTERM, a grace period, SIGKILL to its process group).
func (r *Runner) Cancel(ctx context.Context, number int64, actor prentice.Actor, reason string) (prentice.Run, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.Run{}, err
	}
	if d.State.Ended() {
		return d.Run, prentice.Errorf(prentice.Conflict, "run/%d is over: it is %s", number, d.State).Try("look at it with: prentice run show %d", number)
	}
	says := fmt.Sprintf("stopped by %s: %s", actor.Ref(), orNoReason(reason))
	if d.State == prentice.Waiting || asleep(d.Run) {
		return d.Run, r.move(ctx, d, next{state: prentice.Cancelled, says: says + "; " + sofar(d.Steps), actor: actor.Ref()})
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE runs SET cancel = ? WHERE number = ? AND ended = 0`, says, number); err != nil {
			return err
		}
		err := r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "run.stop-wanted", Actor: actor.Ref(), Refs: refsOf(d.Run), Data: map[string]any{"reason": reason}})
		return err
	})
	if err != nil {
		return d.Run, err
	}
	r.mu.Lock()
	stop := r.active[number]
	r.mu.Unlock()
	if stop != nil {
		stop(stopped{says})
	}
	return d.Run, nil
}

// expire ends the waits that nobody answered in time. A human step that nobody
// confirmed counts as not done.
func (r *Runner) expire(ctx context.Context) error {
	late, err := r.numbers(ctx, `SELECT number FROM runs WHERE state = 'waiting' AND expires > 0 AND expires <= ? ORDER BY expires LIMIT 100`, db.Micros(r.Clock()))
	if err != nil {
		return err
	}
	for _, n := range late {
		if err := r.expireOne(ctx, n); err != nil && prentice.KindOf(err) != prentice.Conflict {
			return err
		}
	}
	return nil
}

func (r *Runner) expireOne(ctx context.Context, number int64) error {
	d, err := r.load(ctx, number)
	if err != nil {
		return err
	}
	if d.Waits == waitsApproval {
		return r.move(ctx, d, next{state: prentice.Expired, says: "nobody answered in time; nothing was done"})
	}
	rec, found := d.held()
	if !found {
		return prentice.Errorf(prentice.Internal, "run/%d waits for step %s, of which the journal knows nothing", number, d.Waits)
	}
	rec.State, rec.Ended, rec.Says = prentice.NotDone, r.Clock(), "nobody confirmed it in time"
	back := prentice.Running
	if rec.Section == prentice.Undo {
		back = prentice.Undoing
	}
	if err := r.move(ctx, d, next{state: back, says: rec.Says}, func(tx *db.Tx, _ time.Time) error { return r.writeProof(tx, d, rec) }); err != nil {
		return err
	}
	return r.begin(ctx, number, d.attempt)
}
