package approval

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// Moment is what the clock and the kill switch say while someone answers.
type Moment struct {
	Now     time.Time
	Stopped bool
}

// MayAnswer says for whom an answer counts, "" for its giver, and which people are
// behind it; or why it cannot be given. It is the one rule: of answers that are
// given, of what people are shown before they answer, and of who is told.
func MayAnswer(d *run.Detail, a run.Reply, q Question, at Moment) (standsFor prentice.Ref, people []prentice.Ref, err error) {
	if err := fits(d, a); err != nil {
		return "", nil, err
	}
	if takesBack(d, a) {
		return "", a.Actor.People(), nil
	}
	if standsFor, people, err = counts(d, a, q); err != nil {
		return "", nil, err
	}
	return standsFor, people, inTime(d, at)
}

// fits refuses an answer that is not to what the run asks.
func fits(d *run.Detail, a run.Reply) error {
	switch {
	case d.State != prentice.Waiting || d.Waits != run.WaitsApproval:
		return prentice.Errorf(prentice.Conflict, "run/%d does not wait for an approval: it is %s", d.Number, d.State).Try("look at it with: prentice run show %d", d.Number)
	case a.Plan != "" && a.Plan != d.Plan:
		return prentice.Errorf(prentice.Conflict, "run/%d is for plan %s, not %s", d.Number, d.Plan, a.Plan).Try("look at the plan again before you answer")
	case d.Decision.NeedsReason && strings.TrimSpace(a.Reason) == "":
		return prentice.Errorf(prentice.Invalid, "rule %s wants a reason with every answer to run/%d", FirstOf(d.Decision.Rules), d.Number).Try("say why in one sentence with --reason")
	}
	return nil
}

// inTime refuses every answer while everything is stopped, and those that come
// too late.
func inTime(d *run.Detail, at Moment) error {
	switch {
	case at.Stopped:
		return prentice.Errorf(prentice.Refused, "everything is stopped").Try("remove the stop file with prentice resume-all, then approve")
	case !at.Now.Before(d.Expires):
		return prentice.Errorf(prentice.Refused, "the request expired at %s UTC", d.Expires.UTC().Format(time.DateTime)).Try("ask again with: %s", run.AskAgain(d.Procedure))
	}
	return nil
}

// counts refuses an answer from someone who may not give it: who caused the run
// or is behind who did, is not asked, or has answered already, also through
// another. It says for whom the answer is given, "" for themselves, and which
// people are behind it.
func counts(d *run.Detail, a run.Reply, q Question) (standsFor prentice.Ref, people []prentice.Ref, err error) {
	switch {
	case a.Yes && refuseCauser(d, a.Actor) != nil:
		return "", nil, refuseCauser(d, a.Actor)
	case a.Actor.Kind != prentice.Person:
		return "", nil, prentice.Errorf(prentice.Denied, "%s is not a person, and only people approve", a.Actor.Ref()).Try("ask a person with the role %s", d.Decision.Role)
	case !a.Actor.Role.Includes(d.Decision.Role):
		return "", nil, prentice.Errorf(prentice.Denied, "%s is %s; run/%d asks for %s", a.Actor.Ref(), OrNobody(a.Actor.Role), d.Number, d.Decision.Role).Try("ask someone with that role")
	}
	for _, before := range d.Approvals {
		if before.Actor == a.Actor.Ref() {
			return "", nil, prentice.Errorf(prentice.Conflict, "%s has answered already", a.Actor.Ref()).Try("another person must answer")
		}
	}
	standsFor, declared, err := seatOf(d, a, q)
	people = a.Actor.People()
	if err != nil || !a.Yes {
		return standsFor, people, err
	}
	people = prentice.JoinPeople(people, declared)
	if shared, how := Caused(d, declared); shared != "" {
		return "", nil, prentice.Errorf(prentice.Denied, "%s %s run/%d, and said that %s stands in for %s", shared, how, d.Number, a.Actor.Ref(), standsFor).
			Try("ask another person of %s", whom(d.Decision.From))
	}
	if err := refuseShared(d, people, a.Actor.Ref()); err != nil {
		return "", nil, err
	}
	return standsFor, people, q.adds(d, cmp.Or(standsFor, a.Actor.Ref()))
}

// seatOf is whom an answer counts for, and the people by whose word it does.
func seatOf(d *run.Detail, a run.Reply, q Question) (standsFor prentice.Ref, declared []prentice.Ref, err error) {
	if len(d.Decision.From) == 0 {
		return "", nil, nil
	}
	person := a.Actor.Ref()
	seat, declared := q.seated(person)
	_, how := Caused(d, []prentice.Ref{seat})
	switch {
	case seat == "":
		return "", nil, prentice.Errorf(prentice.Denied, "run/%d asks %s, and %s is none of them", d.Number, whom(d.Decision.From), person).
			Try("ask one of them; see who with: prentice run show %d", d.Number)
	case a.Yes && how != "":
		return "", nil, prentice.Errorf(prentice.Denied, "%s stands in for %s, who %s run/%d", person, seat, how, d.Number).Try("ask another person of %s", whom(d.Decision.From))
	case slices.ContainsFunc(d.Approvals, func(b run.Approval) bool { return orSelf(b) == seat }):
		return "", nil, prentice.Errorf(prentice.Conflict, "%s has been answered for already", seat).Try("another person must answer")
	case seat == person:
		return "", nil, nil
	}
	return seat, declared, nil
}
