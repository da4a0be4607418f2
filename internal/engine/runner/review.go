package runner

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// ReviewsTo is the open reviews, with whether someone may close each.
func (r *Runner) ReviewsTo(ctx context.Context, by prentice.Actor) ([]run.Review, error) {
	list, err := r.Reviews(ctx, true, 0)
	for i := range list {
		if err != nil {
			break
		}
		list[i].Yours, err = r.yourReview(ctx, list[i], by)
	}
	return list, err
}

// yourReview is what someone would be told if they closed a review now.
func (r *Runner) yourReview(ctx context.Context, v run.Review, by prentice.Actor) (*run.Yours, error) {
	d, err := r.Load(ctx, v.Run)
	if err != nil {
		return nil, err
	}
	by.Role = r.People.RoleOn(by, d.ThePlan)
	refused := approval.MayCloseReview(d, by, v.People, "", strings.Repeat("x", approval.LeastReason))
	switch {
	case refused != nil:
	case !by.Scope.Asks("review.close"):
		refused = prentice.Errorf(prentice.Denied, "the token of %s is not for review.close", by.Ref())
	case !by.Role.Includes(prentice.Approver):
		refused = prentice.Errorf(prentice.Denied, "%s is %s, and to close a review needs approver", by.Ref(), approval.OrNobody(by.Role))
	}
	if refused == nil {
		return &run.Yours{Approve: true}, nil
	}
	return &run.Yours{Why: approval.ToYou(approval.SentenceOf(refused), by.Ref())}, nil
}

// Reviewers are those who can close the review of a run: by a way in behind which
// is no one who broke the glass or caused the run.
func (r *Runner) Reviewers(ctx context.Context, number int64) ([]prentice.Ref, error) {
	d, err := r.Load(ctx, number)
	if err != nil {
		return nil, err
	}
	breakers, err := run.BrokenBy(r.Reading(ctx), d)
	if err != nil {
		return nil, err
	}
	return r.independent(ctx, d.ThePlan, prentice.JoinPeople(breakers, prentice.Causers(d.Causes)), "review.close")
}

// CloseReview ends a review with what its closer found. No one closes their own,
// nor that of a run that they caused; while there is no other, it stays open.
func (r *Runner) CloseReview(ctx context.Context, number int64, by prentice.Actor, says string) error {
	d, err := r.Load(ctx, number)
	if err != nil {
		return err
	}
	says = strings.TrimSpace(says)
	breakers, err := run.BrokenBy(r.Reading(ctx), d)
	if err != nil {
		return err
	}
	ask, err := r.advice(ctx, d, prentice.JoinPeople(breakers, prentice.Causers(d.Causes)), "close it; it stays open until then", "review.close")
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		now := r.Clock()
		if err := d.Again(tx); err != nil {
			return err
		}
		breakers, err := run.BrokenBy(tx, d)
		if err != nil {
			return err
		}
		if err := approval.MayCloseReview(d, by, breakers, ask, says); err != nil {
			return err
		}
		open, err := run.EndReview(tx, number, by.Ref(), says, now)
		if err != nil {
			return err
		}
		if !open {
			return prentice.Errorf(prentice.Conflict, "the review of run/%d is closed already", number).Try("read it with: prentice review show run/%d", number)
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "review.closed", Actor: by.Ref(), Refs: append(run.Refs(d.Run), d.BreakGlassBy), Data: map[string]any{"says": says, "door": by.Door, "token": by.Token, "people": by.People()}})
	})
}

// remind tells the inbox again of the glass whose review is open, as it may not
// have heard of it before a crash.
func (r *Runner) remind(ctx context.Context) error {
	open, err := r.Reviews(ctx, true, 0)
	for _, v := range open {
		r.tellGlass(ctx, prentice.Run{Number: v.Run, Procedure: v.Procedure, Subject: v.Subject}, v.By, v.People, v.Reason)
	}
	return err
}
