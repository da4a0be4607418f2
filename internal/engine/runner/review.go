package runner

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// ReviewsTo is the open reviews, with whether someone may close each.
func (r *Runner) ReviewsTo(ctx context.Context, by prentice.Actor) ([]prentice.Review, error) {
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
func (r *Runner) yourReview(ctx context.Context, v prentice.Review, by prentice.Actor) (*prentice.Yours, error) {
	d, err := r.Load(ctx, v.Run)
	if err != nil {
		return nil, err
	}
	by.Role = r.People.RoleOn(by, d.ThePlan)
	refused := mayClose(d, by, v.People, "", strings.Repeat("x", leastReason))
	switch {
	case refused != nil:
	case !by.Scope.Asks("review.close"):
		refused = prentice.Errorf(prentice.Denied, "the token of %s is not for review.close", by.Ref())
	case !by.Role.Includes(prentice.Approver):
		refused = prentice.Errorf(prentice.Denied, "%s is %s, and to close a review needs approver", by.Ref(), orNobody(by.Role))
	}
	if refused == nil {
		return &prentice.Yours{Approve: true}, nil
	}
	return &prentice.Yours{Why: toYou(sentenceOf(refused), by.Ref())}, nil
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
		if err := mayClose(d, by, breakers, ask, says); err != nil {
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

// mayClose refuses anyone who may not close the review of a run, and what says nothing.
func mayClose(d *run.Detail, by prentice.Actor, breakers []prentice.Ref, ask, says string) error {
	shared := prentice.SharedPerson(by.People(), breakers)
	causer, how := caused(d, by.People())
	switch {
	case d.BreakGlassBy == "":
		return prentice.Errorf(prentice.NotFound, "no one used break-glass on run/%d", d.Number).Try("list the reviews with: prentice review list")
	case by.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and people review people", by.Ref()).Try("ask a person with the role approver")
	case by.Ref() == d.BreakGlassBy:
		return prentice.Errorf(prentice.Denied, "%s used break-glass and cannot close the review of it", by.Ref()).Try("%s", ask)
	case shared != "":
		return prentice.Errorf(prentice.Denied, "%s is behind %s, who used break-glass, and behind %s as well", shared, d.BreakGlassBy, by.Ref()).
			Try("%s", ask)
	case causer == by.Ref():
		return prentice.Errorf(prentice.Denied, "%s %s run/%d: they cannot close the review of its break-glass", causer, how, d.Number).
			Try("%s", ask)
	case causer != "":
		return prentice.Errorf(prentice.Denied, "%s %s run/%d, and is behind %s as well: %s cannot close the review of its break-glass", causer, how, d.Number, by.Ref(), by.Name).
			Try("%s", ask)
	case !d.State.Ended():
		return prentice.Errorf(prentice.Conflict, "run/%d is not over: it is %s", d.Number, d.State).Try("wait for its end, then say what came of it")
	case len([]rune(says)) < leastReason:
		return prentice.Errorf(prentice.Invalid, "%q is too short to be what a review found", says).Try("say in at least %d letters whether it was right and what follows", leastReason)
	}
	return nil
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
