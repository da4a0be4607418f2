package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

const humanKind = "human"

// Answer records a person's answer to a plan. The plan is performed once
// enough people agreed; one refusal refuses it. No one answers their own
// request, by any door, and no one answers twice. Who may answer and how many
// have is decided inside the write that keeps the answer.
func (r *Runner) Answer(ctx context.Context, a prentice.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	team, err := r.teamFor(ctx, d.Detail)
	if err != nil {
		return d.Run, err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		q := question{asks: d.Decision, team: team}
		if len(q.asks.From) > 0 {
			if q.away, err = run.AbsentIn(tx, now); err != nil {
				return run.Next{}, err
			}
		}
		standsFor, people, err := r.mayAnswer(d.Detail, a, q)
		if err != nil {
			return run.Next{}, err
		}
		given := prentice.Approval{Actor: a.Actor.Ref(), Yes: a.Yes, For: standsFor, People: people}
		lacking := q.lacking(append(d.Approvals[:len(d.Approvals):len(d.Approvals)], given))
		return answered(d.Detail, a, lacking, now), r.WriteAnswer(tx, d.Detail, a, given, lacking, now)
	})
	if err != nil && a.Yes {
		err = r.waysOut(ctx, d.Detail, a.Actor, err)
	}
	return d.Run, err
}

// answered is what becomes of a run when an answer joins those that it has, and some
// owners still have to agree.
func answered(d *run.Detail, a prentice.Reply, lacking []prentice.Ref, now time.Time) run.Next {
	yes := seats(d.Approvals) + 1
	switch {
	case !a.Yes:
		return run.Next{State: prentice.RunRefused, Says: fmt.Sprintf("%s refused: %s", a.Actor.Ref(), orNoReason(a.Reason)), Actor: a.Actor.Ref(), Kind: "run.refused"}
	case yes < d.Decision.Approvers || len(lacking) > 0:
		says := fmt.Sprintf("has %d of %d approvals", yes, d.Decision.Approvers)
		if len(lacking) > 0 {
			says = fmt.Sprintf("has %s, and waits for %s", count(yes, "approval"), prentice.AllOf(lacking))
		}
		return run.Next{State: prentice.Waiting, Says: says, Waits: run.WaitsApproval, Expires: d.Expires.Sub(now),
			Actor: a.Actor.Ref(), Kind: "run.asked", Window: a.Window}
	}
	return run.Next{State: prentice.Queued, Says: fmt.Sprintf("approved by %s", a.Actor.Ref()), Actor: a.Actor.Ref(), Kind: "run.approved", Window: a.Window, Begin: true}
}

func orNoReason(s string) string {
	if s == "" {
		return "no reason given"
	}
	return s
}

// teamFor is the team, if it matters to a run who answers.
func (r *Runner) teamFor(ctx context.Context, d *run.Detail) ([]Standing, error) {
	if len(d.Decision.From) == 0 {
		return nil, nil
	}
	team, err := r.People.Team(ctx, d.ThePlan)
	if err != nil {
		return nil, fmt.Errorf("look who is on the team: %w", err)
	}
	return team, nil
}

// takesBack says whether an answer refuses what its giver asked for or caused
// themselves, which they always may.
func takesBack(d *run.Detail, a prentice.Reply) bool {
	return !a.Yes && (a.Actor.Ref() == d.Requester || slices.Contains(prentice.Causers(d.Causes), a.Actor.Ref()))
}

// seats counts the approvals behind which different people stand.
func seats(approvals []prentice.Approval) int { return len(apart(approvals)) }

// askPerson lets a run wait for a person to do a step and say so.
func (r *Runner) askPerson(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, round int) (prentice.StepRecord, error) {
	rec := d.Meant(step, target, round, r.Clock())
	rec.State, rec.Says = prentice.Held, step.Says
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if err := r.own(tx, d); err != nil {
			return err
		}
		return r.writeProof(tx, d, rec)
	})
	if err != nil {
		return rec, fmt.Errorf("write that %s waits: %w", run.StepKey(rec), err)
	}
	d.Note(rec)
	return rec, nil
}

// Confirm is a person's word on a human step: done, or not.
func (r *Runner) Confirm(ctx context.Context, a prentice.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		if err := mayConfirm(d.Detail, a); err != nil {
			return run.Next{}, err
		}
		state := prentice.Done
		if !a.Yes {
			state = prentice.NotDone
		}
		rec, _ := d.WaitedFor()
		says := fmt.Sprintf("%s says %s: %s", a.Actor.Ref(), wordOn(rec.Section, a.Yes), orNoReason(a.Reason))
		return r.confirmed(tx, d, state, says, run.Next{Kind: "run.confirmed", Actor: a.Actor.Ref()}, now)
	})
	return d.Run, err
}

// asksQuestion says whether the step that a run waits for asks what a person sees,
// and not that they do something.
func asksQuestion(d *run.Detail) bool {
	rec, _ := d.WaitedFor()
	return rec.Section == prentice.Check || rec.Section == prentice.Verify
}

// wordOn is a person's word on a step of a section.
func wordOn(section prentice.Section, yes bool) string {
	switch {
	case (section == prentice.Check || section == prentice.Verify) && yes:
		return "it is so"
	case section == prentice.Check || section == prentice.Verify:
		return "it is not so"
	case yes:
		return "it is done"
	}
	return "it could not be done"
}

// mayConfirm refuses a word on a human step that the run does not wait for.
func mayConfirm(d *run.Detail, a prentice.Reply) error {
	switch {
	case d.State != prentice.Waiting || d.Waits == run.WaitsApproval:
		return prentice.Errorf(prentice.Conflict, "run/%d does not wait for a person to do a step: it is %s", d.Number, d.State).Try("look at it with: prentice run show %d", d.Number)
	case a.Step != "" && a.Step != d.Waits:
		return prentice.Errorf(prentice.Conflict, "run/%d waits for step %s, not %s", d.Number, d.Waits, a.Step).Try("look at it with: prentice run show %d", d.Number)
	case a.Actor.Kind == prentice.Person && strings.TrimSpace(a.Reason) == "" && asksQuestion(d):
		return prentice.Errorf(prentice.Invalid, "step %s of run/%d asks what a person sees, and there is no reason", d.Waits, d.Number).Try("say what you saw: --reason '…'")
	case a.Actor.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and step %s is for people", a.Actor.Ref(), d.Waits).Try("ask a person to do it and to confirm")
	}
	return nil
}

// confirmed proves the human step that the run waits for, and lets the run go on.
func (r *Runner) confirmed(tx *db.Tx, d *detail, state prentice.StepState, says string, to run.Next, now time.Time) (run.Next, error) {
	rec, found := d.WaitedFor()
	if !found {
		return to, prentice.Errorf(prentice.Internal, "run/%d waits for step %s, of which the journal knows nothing", d.Number, d.Waits)
	}
	rec.State, rec.Ended, rec.Says = state, now, says
	to.State, to.Says, to.Begin = prentice.Running, says, true
	switch rec.Section {
	case prentice.Check:
		to.State = prentice.Checking
	case prentice.Undo:
		to.State = prentice.Undoing
	}
	return to, r.writeProof(tx, d, rec)
}
