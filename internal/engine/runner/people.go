package runner

import (
	"context"
	"fmt"
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
	var to next
	enough := false
	write := func(tx *db.Tx, now time.Time) error { return r.writeAnswer(tx, d, a, now) }
	yes := len(d.Approvers) + 1
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
		return d.Run, r.begin(ctx, d.Number)
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
		return prentice.Errorf(prentice.Refused, "the request expired at %s", d.Expires.Format(time.RFC3339)).Try("ask again with: prentice run start %s", d.Procedure)
	}
	for _, before := range d.Approvals {
		if before.Actor == a.Actor.Ref() {
			return prentice.Errorf(prentice.Conflict, "%s has answered already", a.Actor.Ref()).Try("another person must answer")
		}
	}
	return nil
}

func (r *Runner) writeAnswer(tx *db.Tx, d *detail, a prentice.Reply, now time.Time) error {
	yes, kind := 0, "approval.refused"
	if a.Yes {
		yes, kind = 1, "approval.given"
	}
	if _, err := tx.Exec(`INSERT INTO run_approvals (run, actor, plan, door, yes, reason, time) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		d.Number, string(a.Actor.Ref()), d.Plan, a.Actor.Door, yes, a.Reason, db.Micros(now)); err != nil {
		return err
	}
	err := r.Ledger.Append(tx, now, prentice.Note{Kind: kind, Actor: a.Actor.Ref(), Refs: refsOf(d.Run), Data: map[string]any{
		"plan": d.Plan, "reason": a.Reason, "door": a.Actor.Door, "role": a.Actor.Role, "requester": d.Requester}})
	return err
}

// hold lets a run wait for a person to do a step and say so.
func (r *Runner) hold(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (prentice.StepRecord, error) {
	rec := d.meant(step, target, round, r.Clock())
	rec.State, rec.Says = prentice.Held, step.Says
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return r.writeProof(tx, d, rec) })
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
	return d.Run, r.begin(ctx, d.Number)
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
	if d.State == prentice.Waiting {
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
	rows, err := r.DB.Query(ctx, `SELECT number FROM runs WHERE state = ? AND ended = 0 AND expires > 0 AND expires <= ? ORDER BY expires LIMIT 100`,
		string(prentice.Waiting), db.Micros(r.Clock()))
	if err != nil {
		return fmt.Errorf("look for expired runs: %w", err)
	}
	defer rows.Close()
	var late []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		late = append(late, n)
	}
	for _, n := range late {
		if err := r.expireOne(ctx, n); err != nil && prentice.KindOf(err) != prentice.Conflict {
			return err
		}
	}
	return rows.Err()
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
	return r.begin(ctx, number)
}
