package approval

import "prentice"

// MaySayAway refuses anyone who is neither the person nor an owner; and tokens, but for
// the machine's own: who stands in for someone is for them to say, not for
// anyone who holds a token of theirs.
func MaySayAway(person prentice.Ref, by prentice.Actor) error {
	switch {
	case by.Kind != prentice.Person || by.Ref() != person && !by.Role.Includes(prentice.Owner):
		return prentice.Errorf(prentice.Denied, "%s cannot say who stands in for %s", by.Ref(), person).Try("ask %s, or an owner", person)
	case by.Token != 0 && !by.Machine:
		return prentice.Errorf(prentice.Denied, "%s came by a token, and who stands in for whom is not for a token to say", by.Ref()).
			Try("sign in on the pages, as yourself; or let an owner say it on the machine: prentice person away %s --until DAY --stand-in NAME", person.Name())
	}
	return nil
}
