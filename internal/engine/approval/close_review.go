package approval

import (
	"prentice"
	"prentice/internal/engine/run"
)

// MayCloseReview refuses anyone who may not close the review of a run, and what says nothing.
func MayCloseReview(d *run.Detail, by prentice.Actor, breakers []prentice.Ref, ask, says string) error {
	shared := prentice.SharedPerson(by.People(), breakers)
	causer, how := Caused(d, by.People())
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
	case len([]rune(says)) < LeastReason:
		return prentice.Errorf(prentice.Invalid, "%q is too short to be what a review found", says).Try("say in at least %d letters whether it was right and what follows", LeastReason)
	}
	return nil
}
