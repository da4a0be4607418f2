package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Reviews lists the reviews of broken glass, newest first: the open ones, or all
// with a run's number below before.
func (r *Store) Reviews(ctx context.Context, open bool, before int64) ([]Review, error) {
	where, args := "v.run > 0", []any{}
	if open {
		where = "closed = 0"
	}
	if before > 0 {
		where, args = where+" AND v.run < ?", append(args, before)
	}
	rows, err := r.DB.Query(ctx, `SELECT v.run, r.procedure, r.subject, r.state, v.person, v.people, v.reason, v.opened, v.closed, v.closer, v.says
		FROM run_reviews v JOIN runs r ON r.number = v.run WHERE `+where+` ORDER BY v.run DESC LIMIT 100`, args...)
	list, err := db.List(rows, err, func(scan func(...any) error, v *Review) error {
		var state, people string
		var opened, closed int64
		err := scan(&v.Run, &v.Procedure, &v.Subject, &state, &v.By, &people, &v.Reason, &opened, &closed, &v.Closer, &v.Says)
		v.People = prentice.JoinPeople(prentice.RefsIn(people), []prentice.Ref{v.By})
		v.State, v.Opened, v.Closed = prentice.State(state), db.Time(opened), db.Time(closed)
		return err
	}, func(v *Review, why error) { v.Reason, v.Says = why.Error(), why.Error() })
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	return list, nil
}

// OpenReviews counts the reviews that no one has closed.
func (r *Store) OpenReviews(ctx context.Context) (n int, err error) {
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM run_reviews WHERE closed = 0`, nil, &n); err != nil {
		return 0, fmt.Errorf("count reviews: %w", err)
	}
	return n, nil
}

// BrokenBy are the people behind anyone who broke the glass for a run.
func BrokenBy(src Source, d *Detail) ([]prentice.Ref, error) {
	if d.BreakGlassBy == "" {
		return nil, nil
	}
	var people string
	err := src.QueryRow(`SELECT people FROM run_reviews WHERE run = ?`, []any{d.Number}, &people)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("look who used break-glass for run/%d: %w", d.Number, err)
	}
	return prentice.JoinPeople(prentice.RefsIn(people), []prentice.Ref{d.BreakGlassBy}), nil
}

// AnswersAlready refuses anyone who still has to answer for an earlier time.
func AnswersAlready(src Source, people []prentice.Ref) error {
	rows, err := src.Query(`SELECT run, person, people FROM run_reviews WHERE closed = 0 ORDER BY run`)
	if err != nil {
		return fmt.Errorf("look for an open review of %v: %w", people, err)
	}
	defer rows.Close()
	for rows.Next() {
		var open int64
		var person prentice.Ref
		var behind string
		if err := rows.Scan(&open, &person, &behind); err != nil {
			return fmt.Errorf("look for an open review of %v: %w", people, err)
		}
		if shared := prentice.SharedPerson(people, prentice.JoinPeople(prentice.RefsIn(behind), []prentice.Ref{person})); shared != "" {
			return prentice.Errorf(prentice.Refused, "%s used break-glass on run/%d, and the review of that is open", shared, open).
				Try("another person closes it first with: prentice review close run/%d --says '…'", open)
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// BeginReview opens the review of a run that someone used break-glass on.
func BeginReview(tx *db.Tx, d *Detail, by prentice.Actor, reason string, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO run_reviews (run, person, people, reason, opened, closed, closer, says) VALUES (?, ?, ?, ?, ?, 0, '', '')`,
		d.Number, string(by.Ref()), prentice.JoinRefs(by.People()), reason, db.Micros(now))
	return err
}

// EndReview closes a review, and says whether it was open.
func EndReview(tx *db.Tx, run int64, by prentice.Ref, says string, now time.Time) (bool, error) {
	n, err := tx.Exec(`UPDATE run_reviews SET closed = ?, closer = ?, says = ? WHERE run = ? AND closed = 0`, db.Micros(now), string(by), says, run)
	return n > 0, err
}
