package change

import (
	"slices"
	"strings"
	"time"

	"prentice"
)

// Vote is a person's yes or no to a patch set. The last one of a person counts.
type Vote struct {
	Change   int64          `json:"change"`
	PatchSet int            `json:"patch_set"`
	By       prentice.Ref   `json:"by"`
	People   []prentice.Ref `json:"people"` // who are behind them
	Yes      bool           `json:"yes"`
	Taken    bool           `json:"taken,omitempty"` // it was withdrawn
	Reason   string         `json:"reason,omitempty"`
	At       time.Time      `json:"at"`
}

// Wrote says whether a person has written or pushed any of the patch sets, and how. An
// address is someone's where it is theirs as far as is known, or where its name is theirs:
// better one who could have approved is asked to leave it to another.
func Wrote(person prentice.Ref, sets []PatchSet, addresses []string) (how string, wrote bool) {
	name := strings.ToLower(person.Name())
	for _, p := range sets {
		if slices.Contains(p.People, person) {
			return "pushed patch set " + itoa(p.Number), true
		}
		for _, a := range p.Addresses {
			local, _, _ := strings.Cut(a, "@")
			local, _, _ = strings.Cut(local, "+")
			if local == name || a == name || slices.ContainsFunc(addresses, func(known string) bool { return strings.EqualFold(known, a) }) {
				return "wrote patch set " + itoa(p.Number), true
			}
		}
	}
	return "", false
}

// MayVote says why someone cannot say yes or no to a change. Addresses are those that are
// known of a person.
func MayVote(c Change, sets []PatchSet, votes []Vote, a prentice.Actor, yes bool, addresses func(prentice.Ref) []string) error {
	switch {
	case !c.Going():
		return prentice.Errorf(prentice.Conflict, "%s is %s", c.Ref(), c.State).Try("look at it with: prentice change show %d", c.Number)
	case a.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and only people approve", a.Ref()).Try("comment, and ask a person: prentice change comment %d --text TEXT", c.Number)
	case !yes:
		return nil
	}
	for _, person := range a.People() {
		if how, wrote := Wrote(person, sets, addresses(person)); wrote {
			e := prentice.Errorf(prentice.Denied, "%s %s of %s, and no one approves what they wrote", person, how, c.Ref())
			if person != a.Ref() {
				e = prentice.Errorf(prentice.Denied, "%s stands behind %s, and %s of %s", person, a.Ref(), how, c.Ref())
			}
			return e.Try("ask another person; a change of your own needs theirs")
		}
	}
	for _, v := range votes {
		if shared := prentice.SharedPerson(v.People, a.People()); v.Yes && !v.Taken && v.By != a.Ref() && shared != "" {
			return prentice.Errorf(prentice.Denied, "%s stands behind the approval of %s already", shared, v.By).Try("ask another person")
		}
	}
	return nil
}

// Counts says whether a yes to a patch set counts for the newest one.
func Counts(v Vote, sets []PatchSet, r Rules) bool {
	if !v.Yes || v.Taken {
		return false
	}
	for _, p := range sets {
		if p.Number > v.PatchSet && !r.outlasts(p.What) {
			return false
		}
	}
	return v.PatchSet > 0
}

// Latest are the votes that stand: the last of each person, the oldest first.
func Latest(votes []Vote) []Vote {
	var list []Vote
	for _, v := range votes {
		list = slices.DeleteFunc(list, func(o Vote) bool { return o.By == v.By })
		if !v.Taken {
			list = append(list, v)
		}
	}
	return list
}
