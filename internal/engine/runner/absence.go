package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
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
		_, err := tx.Exec(`INSERT INTO run_absences (person, stand_in, since, until, said_by, people) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (person) DO UPDATE SET stand_in = excluded.stand_in, since = excluded.since, until = excluded.until, said_by = excluded.said_by, people = excluded.people`,
			string(a.Person), string(a.StandIn), db.Micros(a.Since), db.Micros(a.Until), string(a.By), prentice.JoinRefs(a.People))
		if err != nil {
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
		n, err := tx.Exec(`DELETE FROM run_absences WHERE person = ?`, string(person))
		if err != nil {
			return err
		}
		if n == 0 {
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

// Absences lists who is away now.
func (r *Runner) Absences(ctx context.Context) ([]prentice.Absence, error) {
	return absent(reader{ctx, r.DB}, r.Clock())
}

func absent(src source, now time.Time) ([]prentice.Absence, error) {
	rows, err := src.Query(`SELECT person, stand_in, since, until, said_by, people FROM run_absences WHERE until > ? ORDER BY person`, db.Micros(now))
	list, err := db.List(rows, err, func(scan func(...any) error, a *prentice.Absence) error {
		var since, until int64
		var people string
		err := scan(&a.Person, &a.StandIn, &since, &until, &a.By, &people)
		a.Since, a.Until, a.People = db.Time(since), db.Time(until), prentice.RefsIn(people)
		return err
	}, nil) // one that cannot be read lets no one stand in
	if err != nil {
		return nil, fmt.Errorf("list absences: %w", err)
	}
	return list, nil
}
