package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// longestAway is how far ahead an absence may reach.
const longestAway = 366 * 24 * time.Hour

// Away says that a person is away until a time and who stands in for them: that
// person says so, or an owner. A later absence takes the place of an earlier.
func (r *Runner) Away(ctx context.Context, a prentice.Absence, by prentice.Actor) (prentice.Absence, error) {
	a.Since, a.By, a.People = r.Clock(), by.Ref(), by.People()
	if err := maySay(a.Person, by); err != nil {
		return a, err
	}
	team, err := r.People.Team(ctx, prentice.Plan{})
	if err != nil {
		return a, fmt.Errorf("look who is on the team: %w", err)
	}
	for _, ref := range []prentice.Ref{a.Person, a.StandIn} {
		if !slices.ContainsFunc(team, func(s Standing) bool { return s.Person == ref }) {
			return a, prentice.Errorf(prentice.NotFound, "%s is not on the team", ref).Try("list the people with: prentice person list")
		}
	}
	switch {
	case a.Person == a.StandIn:
		return a, prentice.Errorf(prentice.Invalid, "%s cannot stand in for themselves", a.Person).Try("name another person with --stand-in")
	case !a.Until.After(a.Since) || a.Until.Sub(a.Since) > longestAway:
		return a, prentice.Errorf(prentice.Invalid, "until %s is not within the next year", a.Until.UTC().Format(time.RFC3339)).Try("write a day to come, such as --until %s", a.Since.AddDate(0, 0, 14).UTC().Format(time.DateOnly))
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		if err := run.WriteAbsence(tx, a); err != nil {
			return err
		}
		return r.Ledger.Append(tx, a.Since, prentice.Note{Kind: "person.away", Actor: a.By, Refs: []prentice.Ref{a.Person, a.StandIn}, Data: map[string]any{"until": a.Until, "stand_in": a.StandIn, "people": a.People, "door": by.Door}})
	})
	return a, err
}

// Back ends an absence.
func (r *Runner) Back(ctx context.Context, person prentice.Ref, by prentice.Actor) error {
	if err := maySay(person, by); err != nil {
		return err
	}
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		away, err := run.EndAbsence(tx, person)
		if err != nil {
			return err
		}
		if !away {
			return prentice.Errorf(prentice.NotFound, "%s is not away", person).Try("list who is with: prentice person absences")
		}
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "person.back", Actor: by.Ref(), Refs: []prentice.Ref{person}, Data: map[string]any{}})
	})
}

// maySay refuses anyone who is neither the person nor an owner; and tokens, but for
// the machine's own: who stands in for someone is for them to say, not for
// anyone who holds a token of theirs.
func maySay(person prentice.Ref, by prentice.Actor) error {
	switch {
	case by.Kind != prentice.Person || by.Ref() != person && !by.Role.Includes(prentice.Owner):
		return prentice.Errorf(prentice.Denied, "%s cannot say who stands in for %s", by.Ref(), person).Try("ask %s, or an owner", person)
	case by.Token != 0 && !by.Machine:
		return prentice.Errorf(prentice.Denied, "%s came by a token, and who stands in for whom is not for a token to say", by.Ref()).
			Try("sign in on the pages, as yourself; or let an owner say it on the machine: prentice person away %s --until DAY --stand-in NAME", person.Name())
	}
	return nil
}
