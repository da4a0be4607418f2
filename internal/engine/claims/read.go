package claims

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const standingColumns = `c.id, c.about, c.body, c.removed,
	COALESCE(v.number, 0), c.id, COALESCE(v.digest, ''), COALESCE(v.subject, ''), COALESCE(v.environment, ''), COALESCE(v.tool, ''),
	COALESCE(v.truth, ''), COALESCE(v.reason, ''), COALESCE(v.witness, ''), COALESCE(v.run, 0), COALESCE(v.made, 0), COALESCE(v.valid_until, 0)`

const standings = `SELECT ` + standingColumns + ` FROM claims c LEFT JOIN claim_verdicts v ON v.number = c.latest`

// List is the claims that are made now and how each stands, by ID.
func (s *Store) List(ctx context.Context, now time.Time, f Filter) ([]Standing, error) {
	query, args := standings+` WHERE c.removed = 0 AND c.id > ?`, []any{f.After}
	if f.About != "" {
		query, args = query+` AND c.about = ?`, append(args, string(f.About))
	}
	rows, err := s.DB.Query(ctx, query+` ORDER BY c.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list claims: %w", err)
	}
	defer rows.Close()
	list := []Standing{}
	for rows.Next() && (f.Limit <= 0 || len(list) < f.Limit) {
		one, err := standing(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list claims: %w", err)
		}
		if one = one.At(now); f.Truth == "" || one.Verdict.Truth == f.Truth {
			list = append(list, one)
		}
	}
	return list, rows.Err()
}

// Find is one claim, also one that is removed, and how it stands.
func (s *Store) Find(ctx context.Context, now time.Time, id string) (Standing, error) {
	one, err := standing(func(dest ...any) error {
		return s.DB.QueryRow(ctx, standings+` WHERE c.id = ?`, []any{id}, dest...)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return one, prentice.Errorf(prentice.NotFound, "no claim %q", shorten(id, 100)).Try("list them with: prentice claim list")
	case err != nil:
		return one, fmt.Errorf("read claim %s: %w", id, err)
	}
	return one.At(now), nil
}

// standing reads one. A claim whose own text cannot be read stands there as that.
func standing(scan func(dest ...any) error) (s Standing, err error) {
	var id, body string
	var about prentice.Ref
	var removed int64
	s.Verdict, err = verdict(func(dest ...any) error { return scan(append([]any{&id, &about, &body, &removed}, dest...)...) })
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(body), &s.Claim); err != nil {
		s.Claim = Claim{ID: id, About: about, Says: "what is claimed cannot be read: it is read again when it is next declared", Severity: Advise}
	}
	if removed != 0 {
		s.Removed = db.Time(removed)
	}
	return s, nil
}

// History is the verdicts on a claim that counted at some moment after since,
// newest first, at most so many.
func (s *Store) History(ctx context.Context, id string, since time.Time, most int) ([]Verdict, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+verdictColumns+` FROM claim_verdicts WHERE claim = ? AND valid_until > ? ORDER BY number DESC LIMIT ?`, id, db.Micros(since), most)
	if err != nil {
		return nil, fmt.Errorf("read the history of claim %s: %w", id, err)
	}
	defer rows.Close()
	list := []Verdict{}
	for rows.Next() {
		v, err := verdict(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read the history of claim %s: %w", id, err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
