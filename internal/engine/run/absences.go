package run

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// AbsentIn lists who is away at a time.
func AbsentIn(src Source, now time.Time) ([]Absence, error) {
	rows, err := src.Query(`SELECT person, stand_in, since, until, said_by, people FROM run_absences WHERE until > ? ORDER BY person`, db.Micros(now))
	list, err := db.List(rows, err, func(scan func(...any) error, a *Absence) error {
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

// Absences lists who is away now.
func (r *Store) Absences(ctx context.Context) ([]Absence, error) {
	return r.AbsencesAt(ctx, r.Clock())
}

// WriteAbsence keeps an absence in the place of an earlier one.
func WriteAbsence(tx *db.Tx, a Absence) error {
	_, err := tx.Exec(`INSERT INTO run_absences (person, stand_in, since, until, said_by, people) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (person) DO UPDATE SET stand_in = excluded.stand_in, since = excluded.since, until = excluded.until, said_by = excluded.said_by, people = excluded.people`,
		string(a.Person), string(a.StandIn), db.Micros(a.Since), db.Micros(a.Until), string(a.By), prentice.JoinRefs(a.People))
	return err
}

// EndAbsence ends the absence of a person, and says whether there was one.
func EndAbsence(tx *db.Tx, person prentice.Ref) (bool, error) {
	n, err := tx.Exec(`DELETE FROM run_absences WHERE person = ?`, string(person))
	return n > 0, err
}

// AbsencesAt lists who is away at a time.
func (r *Store) AbsencesAt(ctx context.Context, now time.Time) ([]Absence, error) {
	return AbsentIn(reader{ctx, r.DB}, now)
}
