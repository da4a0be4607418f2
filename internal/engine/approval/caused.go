package approval

import (
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// Caused is how one of some people caused a run, as the beginning of a sentence
// about it, or "".
func Caused(d *run.Detail, people []prentice.Ref) (prentice.Ref, string) {
	for _, c := range d.Causes {
		if slices.Contains(people, c.Person) {
			return c.Person, c.How
		}
	}
	return "", ""
}

// refuseCauser refuses an answer behind which someone stands who caused the run.
func refuseCauser(d *run.Detail, actor prentice.Actor) error {
	shared, how := Caused(d, actor.People())
	switch {
	case shared == "":
		return nil
	case shared == actor.Ref():
		comma := ""
		if strings.Contains(how, ",") {
			comma = ","
		}
		return prentice.Errorf(prentice.Denied, "%s %s run/%d%s and cannot approve it", shared, how, d.Number, comma).
			Try("ask another person with the role %s", d.Decision.Role)
	}
	return prentice.Errorf(prentice.Denied, "%s %s run/%d, and is behind %s as well: %s cannot approve it", shared, how, d.Number, actor.Ref(), actor.Name).
		Try("let someone approve behind whom %s is not, such as one who signs in by themselves; "+trustedTeam, shared.Name())
}

const trustedTeam = `in a team whose owners may be trusted with letting others in: enrolment = "trusted" in prentice.toml`

// peopleOf are the people behind an approval.
func peopleOf(a run.Approval) []prentice.Ref {
	return prentice.JoinPeople(a.People, []prentice.Ref{a.Actor})
}

// apart are the approvals behind which different people stand: of two that share
// a person, the first counts.
func apart(given []run.Approval) (list []run.Approval) {
	for _, a := range given {
		if a.Yes && !slices.ContainsFunc(list, func(b run.Approval) bool { return prentice.SharedPerson(peopleOf(a), peopleOf(b)) != "" }) {
			list = append(list, a)
		}
	}
	return list
}

// refuseShared refuses an approval behind which someone stands who is behind an
// earlier one: the two are one person's.
func refuseShared(d *run.Detail, people []prentice.Ref, by prentice.Ref) error {
	for _, before := range d.Approvals {
		if shared := prentice.SharedPerson(people, peopleOf(before)); before.Yes && shared != "" {
			return prentice.Errorf(prentice.Denied, "%s is behind the approval of %s already, and behind that of %s as well: they count as one", shared, before.Actor, by).
				Try("another person must answer, behind whom %s is not; "+trustedTeam, shared.Name())
		}
	}
	return nil
}

// takesBack says whether an answer refuses what its giver asked for or caused
// themselves, which they always may.
func takesBack(d *run.Detail, a run.Reply) bool {
	return !a.Yes && (a.Actor.Ref() == d.Requester || slices.Contains(prentice.Causers(d.Causes), a.Actor.Ref()))
}

// Seats counts the approvals behind which different people stand.
func Seats(approvals []run.Approval) int { return len(apart(approvals)) }
