package approval

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// Standing is what someone of the team is at this moment, towards one plan.
type Standing struct {
	Person prentice.Ref
	Role   prentice.Role
	Groups []prentice.Ref
}

// People is the team as it is now: an answer counts for what its giver is when
// the run begins, not for what they were.
type People interface {
	// Team is everyone, with the role that they have on what a plan touches.
	Team(ctx context.Context, plan prentice.Plan) ([]Standing, error)
	// Ways are how those with the role approver on what a plan touches could come in
	// for one of some operations.
	Ways(ctx context.Context, plan prentice.Plan, ops ...string) ([]prentice.Way, error)
	// RoleOn is the role that an actor has on all that a plan touches.
	RoleOn(by prentice.Actor, plan prentice.Plan) prentice.Role
	// Owners are the groups that answer for what a plan acts on, each once; one that
	// has no one who was agreed to is prentice.ThePlansOwner.
	Owners(plan prentice.Plan) []prentice.Ref
}

// Question is what a decision asks, of the people there are.
type Question struct {
	Asks prentice.Decision
	Team []Standing
	Away []run.Absence // those that hold now
}

// seat is whom a person's answer counts for: themselves, or someone who is away
// and whom they stand in for. It is "" when they are not asked at all.
func (q Question) seat(person prentice.Ref) prentice.Ref {
	seat, _ := q.seated(person)
	return seat
}

// seated is seat, with the people behind the absence by which someone stands in.
func (q Question) seated(person prentice.Ref) (seat prentice.Ref, declared []prentice.Ref) {
	who, found := q.standing(person)
	switch {
	case !found || !who.Role.Includes(q.Asks.Role):
		return "", nil
	case len(q.Asks.From) == 0 || q.names(who):
		return person, nil
	}
	for _, a := range q.Away {
		if absent, found := q.standing(a.Person); a.StandIn == person && found && q.names(absent) {
			return a.Person, slices.DeleteFunc(prentice.JoinPeople(a.People, []prentice.Ref{a.By}), func(p prentice.Ref) bool { return p == a.Person })
		}
	}
	return "", nil
}

func (q Question) standing(person prentice.Ref) (Standing, bool) {
	i := slices.IndexFunc(q.Team, func(s Standing) bool { return s.Person == person })
	if i < 0 {
		return Standing{}, false
	}
	return q.Team[i], true
}

// names says whether the question is put to someone: by name, or as a member of
// a group.
func (q Question) names(s Standing) bool {
	return slices.ContainsFunc(q.Asks.From, func(from prentice.Ref) bool {
		return from == s.Person || from.Kind() == "group" && slices.Contains(s.Groups, from)
	})
}

// Unanswerable says why a question can never be answered yes, or "": of the
// groups and people that it names, too few are left when those who caused it are
// taken out. Empty is never all.
func (q Question) Unanswerable(causers []prentice.Ref) string {
	if q.Asks.Verdict != prentice.Ask || len(q.Asks.From) == 0 {
		return ""
	}
	seats := map[prentice.Ref]bool{}
	for _, s := range q.Team {
		if seat := q.seat(s.Person); seat != "" && !slices.Contains(causers, s.Person) && !slices.Contains(causers, seat) {
			seats[seat] = true
		}
	}
	without := q.without(slices.Collect(maps.Keys(seats)))
	if len(seats) >= q.Asks.Approvers && len(without) == 0 {
		return ""
	}
	do := "add members with that role to the group in the catalog, or name others in policy.yaml"
	if slices.Contains(q.Asks.From, prentice.ThePlansOwner) {
		do = "name its owner in the catalog, and adopt that with: prentice policy adopt-groups"
	}
	if len(without) > 0 {
		return fmt.Sprintf("no one could approve: rule %s asks %s, and besides the requester no one can answer for %s; %s",
			FirstOf(q.Asks.Rules), q.Asks.Asks(), whom(without), do)
	}
	return fmt.Sprintf("no one could approve: rule %s asks %s, and besides the requester %d of them can answer; %s",
		FirstOf(q.Asks.Rules), q.Asks.Asks(), len(seats), do)
}

// Covers says why answers that were given do not suffice for the question, or "".
// An answer behind which someone stands who caused the run is none, and two that
// share a person are one.
func (q Question) Covers(given []run.Approval, causers []prentice.Ref) string {
	if q.Asks.Verdict != prentice.Ask {
		return ""
	}
	var good []run.Approval
	why := ""
	for _, a := range given {
		shared := prentice.SharedPerson(prentice.JoinPeople(peopleOf(a), []prentice.Ref{a.For}), causers)
		switch {
		case !a.Yes:
		case shared != "":
			why = fmt.Sprintf("; %s caused it, and is behind the approval of %s", shared, a.Actor)
		case q.Asks.NeedsReason && strings.TrimSpace(a.Reason) == "":
			why = fmt.Sprintf("; %s gave no reason", a.Actor)
		case !q.stillCounts(a):
			why = "; " + q.fell(a)
		default:
			good = append(good, a)
		}
	}
	seats := map[prentice.Ref]bool{}
	for _, a := range apart(good) {
		seats[orSelf(a)] = true
	}
	lacking := q.Lacking(good)
	switch {
	case len(seats) >= q.Asks.Approvers && len(lacking) == 0:
		return ""
	case len(seats) >= q.Asks.Approvers:
		return fmt.Sprintf("no one who agreed is of %s%s", whom(lacking), why)
	}
	return fmt.Sprintf("%d of %d approvals count%s", len(seats), q.Asks.Approvers, why)
}

// stillCounts says whether anyone who gave an approval could give it now. Leave
// that was given for someone who has come back since stays given.
func (q Question) stillCounts(a run.Approval) bool {
	if a.For == "" {
		return q.seat(a.Actor) != ""
	}
	who, found := q.standing(a.Actor)
	absent, there := q.standing(a.For)
	return found && who.Role.Includes(q.Asks.Role) && there && (len(q.Asks.From) == 0 || q.names(absent))
}

// fell is what became of someone whose approval no longer counts.
func (q Question) fell(a run.Approval) string {
	who, found := q.standing(a.Actor)
	switch {
	case !found:
		return fmt.Sprintf("%s is no longer on the team", a.Actor)
	case !who.Role.Includes(q.Asks.Role):
		return fmt.Sprintf("%s is %s now, and it asks for %s", a.Actor, OrNobody(who.Role), q.Asks.Role)
	case a.For != "":
		return fmt.Sprintf("%s, for whom %s answered, is not of %s", a.For, a.Actor, whom(q.Asks.From))
	}
	return fmt.Sprintf("%s is not of %s", a.Actor, whom(q.Asks.From))
}

// orSelf is whom an approval counts for.
func orSelf(a run.Approval) prentice.Ref {
	if a.For != "" {
		return a.For
	}
	return a.Actor
}

// OrNobody is a role, or what someone is who has none.
func OrNobody(r prentice.Role) string {
	if r == "" {
		return "nobody"
	}
	return string(r)
}

func whom(from []prentice.Ref) string { return prentice.Asked{From: from}.Whom() }

// FirstOf is the first of some rules.
func FirstOf(list []string) string {
	if len(list) == 0 {
		return "(unnamed)"
	}
	return list[0]
}
