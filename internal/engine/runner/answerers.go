package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// ShowTo is Show, with what someone may do about a run that waits for an
// approval, and who can give it.
func (r *Runner) ShowTo(ctx context.Context, number int64, by prentice.Actor) (prentice.RunDetail, error) {
	shown, err := r.Show(ctx, number)
	if err == nil {
		shown.Override, err = r.overrideOf(ctx, &run.Detail{RunDetail: shown}, by)
	}
	if err != nil || shown.State != prentice.Waiting || shown.Waits != run.WaitsApproval {
		return shown, err
	}
	d := &run.Detail{RunDetail: shown}
	q, err := r.question(ctx, d.Decision, d.ThePlan, r.Clock())
	if err != nil {
		return shown, err
	}
	yours, refused := r.yours(d, by, q)
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

// yours is what someone would be told if they answered now, and the error that
// they would get.
func (r *Runner) yours(d *run.Detail, by prentice.Actor, q question) (prentice.Yours, error) {
	by.Role = r.People.RoleOn(by, d.ThePlan)
	reply := prentice.Reply{Run: d.Number, Actor: by, Yes: true, Reason: "one that is to come"}
	_, _, err := r.mayAnswer(d, reply, q)
	switch {
	case err != nil:
	case !by.Scope.Asks("run.approve"):
		err = prentice.Errorf(prentice.Denied, "the token of %s is not for run.approve", by.Ref()).Try("sign in, or use a token for it")
	case !by.Role.Includes(prentice.Approver):
		err = prentice.Errorf(prentice.Denied, "%s is %s, and to approve needs approver", by.Ref(), orNobody(by.Role)).Try("ask someone with that role")
	}
	yours := prentice.Yours{Approve: err == nil}
	if err != nil {
		yours.Why, yours.Try = toYou(sentenceOf(err), by.Ref()), prentice.HintOf(err)
	}
	if shared, how := caused(d, by.People()); shared != "" {
		yours.Caused = true
		if shared == by.Ref() {
			yours.Why = fmt.Sprintf("you caused this: %s", toYou(fmt.Sprintf("%s %s run/%d", shared, how, d.Number), shared))
		}
	}
	reply.Yes = false
	_, _, no := r.mayAnswer(d, reply, q)
	yours.Refuse = no == nil && by.Role.Includes(prentice.Operator) && by.Scope.Asks("run.refuse")
	return yours, err
}

// sentenceOf is what an error says, without what to do.
func sentenceOf(err error) string {
	var e *prentice.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}

// toYou turns a sentence about someone into one to them.
func toYou(says string, who prentice.Ref) string {
	rest, about := strings.CutPrefix(says, string(who)+" ")
	if !about {
		return says
	}
	for _, verb := range [][2]string{{"is ", "are "}, {"has ", "have "}, {"stands ", "stand "}} {
		if after, found := strings.CutPrefix(rest, verb[0]); found {
			return "you " + verb[1] + after
		}
	}
	return "you " + rest
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
		return confirmers(q), nil
	}
	a, err := r.answerersOf(ctx, d, q)
	return *a, err
}

// confirmers are those who can say how a human step came out.
func confirmers(q question) prentice.Answerers {
	a := prentice.Answerers{Needed: 1, Role: prentice.Operator, Able: []prentice.Ref{}}
	for _, s := range q.team {
		if s.Role.Includes(a.Role) {
			a.Able = append(a.Able, s.Person)
		}
	}
	a.Away = awayOf(a.Able, q.away)
	return a
}

// answerersOf are those who can approve a run, also one that does not wait yet: by
// the rule of answers, and by a way in behind which no one is who caused it or has
// approved it.
func (r *Runner) answerersOf(ctx context.Context, d *run.Detail, q question) (*prentice.Answerers, error) {
	gone := prentice.Causers(d.Causes)
	for _, b := range d.Approvals {
		gone = prentice.JoinPeople(gone, peopleOf(b))
	}
	ways, err := r.People.Ways(ctx, d.ThePlan, "run.approve")
	if err != nil {
		return nil, fmt.Errorf("look who is independent of %s: %w", anyOf(gone), err)
	}
	apart := prentice.Independent(ways, gone)
	lacking := q.lacking(d.Approvals)
	a := &prentice.Answerers{Needed: max(min(1, len(lacking)), d.Decision.Approvers-seats(d.Approvals)), Owners: lacking, Role: d.Decision.Role, Able: []prentice.Ref{}}
	others := 0 // with the role, beside those who caused it
	for _, s := range q.team {
		by := prentice.Actor{Kind: prentice.Person, Name: s.Person.Name(), Role: s.Role}
		_, _, err := counts(d, prentice.Reply{Run: d.Number, Actor: by, Yes: true}, q)
		if err != nil || !s.Role.Includes(prentice.Approver) {
			continue
		}
		others++
		if slices.Contains(apart, s.Person) {
			a.Able = append(a.Able, s.Person)
		}
	}
	a.Away = awayOf(a.Able, q.away)
	a.Without = q.unable(lacking, a.Able)
	if len(a.Without) == 0 && len(a.Able) >= a.Needed && !enough(d, a.Needed, ways, q) {
		a.Tied = tying(a.Able, ways, q)
	}
	if a.Short() {
		a.WaysOut = waysOutOf(d, others, a)
	}
	return a, nil
}

func awayOf(people []prentice.Ref, away []prentice.Absence) (list []prentice.Ref) {
	for _, a := range away {
		if slices.Contains(people, a.Person) {
			list = append(list, a.Person)
		}
	}
	return list
}

// waysOutOf is what a team does of whom too few can approve a run.
func waysOutOf(d *run.Detail, others int, a *prentice.Answerers) []string {
	causers := prentice.Causers(d.Causes)
	out := []string{fmt.Sprintf("add a person who can, while it waits: prentice person add NAME --role %s", d.Decision.Role)}
	switch {
	case len(a.Without) > 0:
		out[0] = fmt.Sprintf("add people with the role %s to %s, or give what it owns another owner in the catalog", d.Decision.Role, whom(a.Without))
	case len(d.Decision.From) > 0:
		out[0] = fmt.Sprintf("add people with the role %s to %s, or ask others in policy.yaml", d.Decision.Role, whom(d.Decision.From))
	case others >= d.Decision.Approvers-seats(d.Approvals):
		out[0] = fmt.Sprintf("let someone in whom %s did not let in, such as by single sign-on", anyOf(prentice.JoinPeople(causers, a.Tied)))
	}
	if behind := prentice.JoinPeople(causers, a.Tied); len(behind) > 0 {
		out = append(out, fmt.Sprintf("anyone who %s lets in counts as them until another person vouches for it with prentice person confirm NAME; %s", anyOf(behind), trustedTeam))
	}
	if d.Risk != prentice.Danger {
		out = append(out, "if one person may do this alone, say so with a rule in policy.yaml that allows it")
	}
	return append(out, fmt.Sprintf("in an emergency: prentice run break-glass run/%d --reason '…', which opens a review", d.Number))
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
