package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// longestAway is how far ahead an absence may reach.
const longestAway = 366 * 24 * time.Hour

// Away says that a person is away until a time and who stands in for them: that
// person says so, or an owner. A later absence takes the place of an earlier.
func (r *Runner) Away(ctx context.Context, a run.Absence, by prentice.Actor) (run.Absence, error) {
	a.Since, a.By, a.People = r.Clock(), by.Ref(), by.People()
	if err := approval.MaySayAway(a.Person, by); err != nil {
		return a, err
	}
	team, err := r.People.Team(ctx, prentice.Plan{})
	if err != nil {
		return a, fmt.Errorf("look who is on the team: %w", err)
	}
	for _, ref := range []prentice.Ref{a.Person, a.StandIn} {
		if !slices.ContainsFunc(team, func(s approval.Standing) bool { return s.Person == ref }) {
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
	if err := approval.MaySayAway(person, by); err != nil {
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
