package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Answer records a person's answer to a plan. The plan is performed once
// enough people agreed; one refusal refuses it. No one answers their own
// request, by any door, and no one answers twice. Who may answer and how many
// have is decided inside the write that keeps the answer.
func (r *Runner) Answer(ctx context.Context, a run.Reply) (prentice.Run, error) {
	d, err := r.load(ctx, a.Run)
	if err != nil {
		return prentice.Run{}, err
	}
	team, err := r.teamFor(ctx, d.Detail)
	if err != nil {
		return d.Run, err
	}
	err = r.transit(ctx, d, func(tx *db.Tx, now time.Time) (run.Next, error) {
		q := approval.Question{Asks: d.Decision, Team: team}
		if len(q.Asks.From) > 0 {
			if q.Away, err = run.AbsentIn(tx, now); err != nil {
				return run.Next{}, err
			}
		}
		standsFor, people, err := approval.MayAnswer(d.Detail, a, q, r.atNow())
		if err != nil {
			return run.Next{}, err
		}
		given := run.Approval{Actor: a.Actor.Ref(), Yes: a.Yes, For: standsFor, People: people}
		lacking := q.Lacking(append(d.Approvals[:len(d.Approvals):len(d.Approvals)], given))
		return approval.Answered(d.Detail, a, lacking, now), r.WriteAnswer(tx, d.Detail, a, given, lacking, now)
	})
	if err != nil && a.Yes {
		err = r.waysOut(ctx, d.Detail, a.Actor, err)
	}
	return d.Run, err
}

// teamFor is the team, if it matters to a run who answers.
func (r *Runner) teamFor(ctx context.Context, d *run.Detail) ([]approval.Standing, error) {
	if len(d.Decision.From) == 0 {
		return nil, nil
	}
	team, err := r.People.Team(ctx, d.ThePlan)
	if err != nil {
		return nil, fmt.Errorf("look who is on the team: %w", err)
	}
	return team, nil
}
