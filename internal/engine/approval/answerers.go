package approval

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// Yours is what someone would be told if they answered now, and the error that
// they would get.
func Yours(d *run.Detail, by prentice.Actor, q Question, at Moment) (run.Yours, error) {
	reply := run.Reply{Run: d.Number, Actor: by, Yes: true, Reason: "one that is to come"}
	_, _, err := MayAnswer(d, reply, q, at)
	switch {
	case err != nil:
	case !by.Scope.Asks("run.approve"):
		err = prentice.Errorf(prentice.Denied, "the token of %s is not for run.approve", by.Ref()).Try("sign in, or use a token for it")
	case !by.Role.Includes(prentice.Approver):
		err = prentice.Errorf(prentice.Denied, "%s is %s, and to approve needs approver", by.Ref(), OrNobody(by.Role)).Try("ask someone with that role")
	}
	yours := run.Yours{Approve: err == nil}
	if err != nil {
		yours.Why, yours.Try = ToYou(SentenceOf(err), by.Ref()), prentice.HintOf(err)
	}
	if shared, how := Caused(d, by.People()); shared != "" {
		yours.Caused = true
		if shared == by.Ref() {
			yours.Why = fmt.Sprintf("you caused this: %s", ToYou(fmt.Sprintf("%s %s run/%d", shared, how, d.Number), shared))
		}
	}
	reply.Yes = false
	_, _, no := MayAnswer(d, reply, q, at)
	yours.Refuse = no == nil && by.Role.Includes(prentice.Operator) && by.Scope.Asks("run.refuse")
	return yours, err
}

// SentenceOf is what an error says, without what to do.
func SentenceOf(err error) string {
	var e *prentice.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}

// ToYou turns a sentence about someone into one to them.
func ToYou(says string, who prentice.Ref) string {
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

// Confirmers are those who can say how a human step came out.
func Confirmers(q Question) prentice.Answerers {
	a := prentice.Answerers{Needed: 1, Role: prentice.Operator, Able: []prentice.Ref{}}
	for _, s := range q.Team {
		if s.Role.Includes(a.Role) {
			a.Able = append(a.Able, s.Person)
		}
	}
	a.Away = awayOf(a.Able, q.Away)
	return a
}

// Spent are those behind whom no further approval can stand: who caused a run, and who
// has approved it.
func Spent(d *run.Detail) []prentice.Ref {
	people := prentice.Causers(d.Causes)
	for _, b := range d.Approvals {
		people = prentice.JoinPeople(people, peopleOf(b))
	}
	return people
}

// AnswerersBy are those who can approve a run, also one that does not wait yet: by
// the rule of answers, and by a way in behind which no one is who caused it or has
// approved it.
func AnswerersBy(d *run.Detail, q Question, ways []prentice.Way) *prentice.Answerers {
	apart := prentice.Independent(ways, Spent(d))
	lacking := q.Lacking(d.Approvals)
	a := &prentice.Answerers{Needed: max(min(1, len(lacking)), d.Decision.Approvers-Seats(d.Approvals)), Owners: lacking, Role: d.Decision.Role, Able: []prentice.Ref{}}
	others := 0 // with the role, beside those who caused it
	for _, s := range q.Team {
		by := prentice.Actor{Kind: prentice.Person, Name: s.Person.Name(), Role: s.Role}
		_, _, err := counts(d, run.Reply{Run: d.Number, Actor: by, Yes: true}, q)
		if err != nil || !s.Role.Includes(prentice.Approver) {
			continue
		}
		others++
		if slices.Contains(apart, s.Person) {
			a.Able = append(a.Able, s.Person)
		}
	}
	a.Away = awayOf(a.Able, q.Away)
	a.Without = q.unable(lacking, a.Able)
	if len(a.Without) == 0 && len(a.Able) >= a.Needed && !enough(d, a.Needed, ways, q) {
		a.Tied = tying(a.Able, ways, q)
	}
	if a.Short() {
		a.WaysOut = waysOutOf(d, others, a)
	}
	return a
}

func awayOf(people []prentice.Ref, away []run.Absence) (list []prentice.Ref) {
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
	case others >= d.Decision.Approvers-Seats(d.Approvals):
		out[0] = fmt.Sprintf("let someone in whom %s did not let in, such as by single sign-on", AnyOf(prentice.JoinPeople(causers, a.Tied)))
	}
	if behind := prentice.JoinPeople(causers, a.Tied); len(behind) > 0 {
		out = append(out, fmt.Sprintf("anyone who %s lets in counts as them until another person vouches for it with prentice person confirm NAME; %s", AnyOf(behind), trustedTeam))
	}
	if d.Risk != prentice.Danger {
		out = append(out, "if one person may do this alone, say so with a rule in policy.yaml that allows it")
	}
	return append(out, fmt.Sprintf("in an emergency: prentice run break-glass run/%d --reason '…', which opens a review", d.Number))
}
