package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
)

// atNow is the moment at which someone answers.
func (r *Runner) atNow() approval.Moment {
	return approval.Moment{Now: r.Clock(), Stopped: r.Stopped()}
}

// yoursOf is what someone would be told if they answered now, and the error that they
// would get.
func (r *Runner) yoursOf(d *run.Detail, by prentice.Actor, q approval.Question) (run.Yours, error) {
	by.Role = r.People.RoleOn(by, d.ThePlan)
	return approval.Yours(d, by, q, r.atNow())
}

// answerersOf are those who can approve a run, also one that does not wait yet.
func (r *Runner) answerersOf(ctx context.Context, d *run.Detail, q approval.Question) (*prentice.Answerers, error) {
	ways, err := r.People.Ways(ctx, d.ThePlan, "run.approve")
	if err != nil {
		return nil, fmt.Errorf("look who is independent of %s: %w", approval.AnyOf(approval.Spent(d)), err)
	}
	return approval.AnswerersBy(d, q, ways), nil
}

// ShowTo is Show, with what someone may do about a run that waits for an
// approval, and who can give it.
func (r *Runner) ShowTo(ctx context.Context, number int64, by prentice.Actor) (run.View, error) {
	shown, err := r.Show(ctx, number)
	if err == nil {
		shown.Override, err = r.overrideOf(ctx, &run.Detail{View: shown}, by)
	}
	if err != nil || shown.State != prentice.Waiting || shown.Waits != run.WaitsApproval {
		return shown, err
	}
	d := &run.Detail{View: shown}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return shown, err
	}
	yours, refused := r.yoursOf(d, by, q)
	if refused != nil {
		yours.Try = prentice.HintOf(r.waysOut(ctx, d, by, refused))
	}
	shown.Yours = &yours
	if shown.Answerers, err = r.answerersOf(ctx, d, q); err != nil {
		return shown, err
	}
	shown.Contact = r.contact(ctx, d.ThePlan, by, 0)
	shown.Ahead, err = r.ahead(ctx, shown)
	return shown, err
}

// Answerers are the people who can answer a run that waits: approve it, or say
// how the step came out that it waits for. A run that waits for nothing has none.
func (r *Runner) Answerers(ctx context.Context, number int64) (prentice.Answerers, error) {
	d, err := r.Load(ctx, number)
	if err != nil || d.State != prentice.Waiting {
		return prentice.Answerers{}, err
	}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return prentice.Answerers{}, err
	}
	if d.Waits != run.WaitsApproval {
		return approval.Confirmers(q), nil
	}
	a, err := r.answerersOf(ctx, d, q)
	return *a, err
}

// sayAnswerers adds to a run that someone asked for just now who can approve it.
func (r *Runner) sayAnswerers(ctx context.Context, d *run.Detail) error {
	if d.Decision.Verdict != prentice.Ask || d.Request.Actor.Kind == prentice.Self || d.State.Ended() {
		return nil
	}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return err
	}
	d.Answerers, err = r.answerersOf(ctx, d, q)
	return err
}

// Question puts a decision to the team as it is now.
func (r *Runner) question(ctx context.Context, asks prentice.Decision, plan prentice.Plan, now time.Time) (q approval.Question, err error) {
	q.Asks = asks
	if q.Team, err = r.People.Team(ctx, plan); err != nil {
		return q, fmt.Errorf("look who is on the team: %w", err)
	}
	q.Away, err = r.AbsencesAt(ctx, now)
	return q, err
}

// decide asks the policy, and puts the groups themselves in the place of the owner.
func (r *Runner) decide(ctx context.Context, m prentice.Moment) prentice.Decision {
	return approval.OwnedBy(r.Policy.Decide(ctx, m), r.People.Owners(*m.Plan))
}

// askable says why the people whom a decision asks could never give leave, or "".
func (r *Runner) askable(ctx context.Context, req prentice.RunRequest, plan prentice.Plan, d prentice.Decision) (string, error) {
	if d.Verdict != prentice.Ask || len(d.From) == 0 {
		return "", nil
	}
	q, err := r.question(ctx, d, plan, r.Clock())
	return q.Unanswerable(prentice.Causers(req.Causes)), err
}

// independent are those who could come in for one of some operations on what a plan
// touches, by a way behind which none of some people is.
func (r *Runner) independent(ctx context.Context, plan prentice.Plan, of []prentice.Ref, ops ...string) ([]prentice.Ref, error) {
	ways, err := r.People.Ways(ctx, plan, ops...)
	if err != nil {
		return nil, fmt.Errorf("look who is independent of %s: %w", approval.AnyOf(of), err)
	}
	return prentice.Independent(ways, of), nil
}

// advice is who may do something that some people may not, or what a team does in
// which there is no such person.
func (r *Runner) advice(ctx context.Context, d *run.Detail, of []prentice.Ref, do string, ops ...string) (string, error) {
	who, err := r.independent(ctx, d.ThePlan, of, ops...)
	if err != nil {
		return "", err
	}
	return approval.Advise(who, of, do), nil
}

// waysOut adds to the refusal of an approval what a team does in which no one is
// independent of anyone who caused the run.
func (r *Runner) waysOut(ctx context.Context, d *run.Detail, by prentice.Actor, refused error) error {
	var e *prentice.Error
	if shared, _ := approval.Caused(d, by.People()); shared == "" || !errors.As(refused, &e) || e.Kind != prentice.Denied {
		return refused
	}
	causers := prentice.Causers(d.Causes)
	who, err := r.independent(ctx, d.ThePlan, causers, "run.approve")
	if err != nil || len(who) > 0 {
		return refused // what was refused stays so, with the usual advice
	}
	advice, err := r.advice(ctx, d, causers, "approve", "run.approve")
	if err != nil {
		return refused
	}
	return e.Try("%s; in an emergency prentice run break-glass %d lets it go, with a review", advice, d.Number)
}
