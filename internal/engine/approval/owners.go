package approval

import (
	"slices"

	"prentice"
	"prentice/internal/engine/run"
)

// OwnedBy is a decision with the owners of a plan in the place of the word. When
// they are several, each must agree: no one's part is decided by the others alone.
func OwnedBy(d prentice.Decision, owners []prentice.Ref) prentice.Decision {
	d.From = slices.Clone(d.From)
	at := slices.Index(d.From, prentice.ThePlansOwner)
	if at < 0 || len(owners) == 0 {
		return d
	}
	named := slices.Delete(slices.Clone(d.From), at, at+1)
	d.From = slices.Insert(named, at, slices.DeleteFunc(slices.Clone(owners), func(o prentice.Ref) bool { return slices.Contains(named, o) })...)
	if len(owners) > 1 {
		d.Owners = slices.Clone(owners)
	}
	return d
}

// without are the owners for whom none of some people can answer.
func (q Question) without(people []prentice.Ref) (list []prentice.Ref) {
	beside := q.Asks.Asks().Beside()
	for _, owner := range q.Asks.Owners {
		of := Question{Asks: prentice.Decision{From: append(beside[:len(beside):len(beside)], owner)}, Team: q.Team}
		if !slices.ContainsFunc(people, func(p prentice.Ref) bool { s, found := q.standing(p); return found && of.names(s) }) {
			list = append(list, owner)
		}
	}
	return list
}

// Lacking are the owners who have not agreed yet.
func (q Question) Lacking(given []run.Approval) []prentice.Ref {
	var seats []prentice.Ref
	for _, a := range apart(given) {
		seats = append(seats, orSelf(a))
	}
	return q.without(seats)
}

// unable are those of some owners for whom none of some people can answer, also not in
// the place of someone who is away.
func (q Question) unable(owners, people []prentice.Ref) []prentice.Ref {
	var seats []prentice.Ref
	for _, p := range people {
		seats = append(seats, q.seat(p))
	}
	without := q.without(seats)
	return slices.DeleteFunc(slices.Clone(owners), func(o prentice.Ref) bool { return !slices.Contains(without, o) })
}

// adds refuses one more approval where enough have agreed, but for an owner for
// whom its giver cannot answer.
func (q Question) adds(d *run.Detail, seat prentice.Ref) error {
	lacking := q.Lacking(d.Approvals)
	if len(lacking) == 0 || Seats(d.Approvals) < q.Asks.Approvers {
		return nil
	}
	if still := q.without([]prentice.Ref{seat}); !slices.ContainsFunc(lacking, func(o prentice.Ref) bool { return !slices.Contains(still, o) }) {
		return prentice.Errorf(prentice.Conflict, "others have agreed to run/%d already, and %s has not; %s cannot answer for it", d.Number, whom(lacking), seat).
			Try("ask someone of %s", whom(lacking))
	}
	return nil
}
