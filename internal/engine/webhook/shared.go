package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Pace counts a message against the rate of its hook, together with those that others
// took who share the database, by its clock. It refuses one that is too many, and the
// write with it.
func (s *Store) Pace(tx *db.Tx, h Hook) error {
	now, err := tx.Now()
	if err != nil {
		return err
	}
	at, minute := db.Micros(now), time.Minute.Microseconds()
	step := minute / int64(h.Rate)
	var due int64
	// What is further ahead than a minute is of a clock that was set back.
	err = tx.QueryRow(`INSERT INTO webhook_rate (hook, due) VALUES (?, ?) ON CONFLICT (hook) DO UPDATE SET
		due = CASE WHEN webhook_rate.due < ? THEN ? WHEN webhook_rate.due > ? THEN ? ELSE webhook_rate.due END + ? RETURNING due`,
		[]any{h.Name, at + step, at, at, at + minute, at + minute, step}, &due)
	if err != nil {
		return fmt.Errorf("count messages of hook %s: %w", h.Name, err)
	}
	if due > at+minute {
		return TooMany(h)
	}
	return nil
}

// TooMany refuses a message of a hook that has had its rate.
func TooMany(h Hook) error {
	return prentice.Errorf(prentice.Limited, "hook %s takes %d messages a minute", h.Name, h.Rate).Try("send it again in a minute")
}

// mark tells one value of a secret from the next, and is too short to guess it by.
func mark(secret, value string) string {
	sum := sha256.Sum256([]byte("holder\x00" + secret + "\x00" + value))
	return hex.EncodeToString(sum[:4])
}

// Held notes whom a hook names as holders of its secret, and gives all who were named while
// it had its value: someone whose name is taken out of the file knows it all the same.
// Without the value it notes nothing, and goes by the last that there was.
func (s *Store) Held(ctx context.Context, h Hook, value string, now time.Time) ([]prentice.Ref, error) {
	secret, named, mark := h.Secret, h.HeldBy, mark(h.Secret, value)
	query, args := `= ?`, []any{secret, mark}
	if value == "" {
		query, args = `= (SELECT mark FROM webhook_holder WHERE secret = ? ORDER BY since DESC, mark LIMIT 1)`, []any{secret, secret}
	}
	rows, err := s.DB.Query(ctx, `SELECT person FROM webhook_holder WHERE secret = ? AND mark `+query+` ORDER BY person`, args...)
	known, err := db.List(rows, err, func(scan func(...any) error, one *prentice.Ref) error { return scan(one) }, nil)
	if err != nil {
		return nil, fmt.Errorf("read who held secret %s: %w", secret, err)
	}
	if value == "" {
		return prentice.JoinPeople(known, named), nil
	}
	var more []any
	for _, person := range named {
		if !slices.Contains(known, person) {
			more = append(more, secret, mark, string(person), db.Micros(now))
		}
	}
	if len(more) == 0 {
		return known, nil
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		// Of a secret that has another value, who held the old one is past.
		if _, err := tx.Exec(`DELETE FROM webhook_holder WHERE secret = ? AND mark <> ? AND since < ?`, secret, mark, db.Micros(now.Add(-holdersKept))); err != nil {
			return err
		}
		return tx.Insert(`INSERT INTO webhook_holder (secret, mark, person, since)`, 4, more, ` ON CONFLICT (secret, mark, person) DO NOTHING`)
	})
	if err != nil {
		return nil, fmt.Errorf("note who holds secret %s: %w", secret, err)
	}
	return prentice.JoinPeople(known, named), nil
}

// holdersKept is how long who held an old value is kept: it may come back.
const holdersKept = 400 * 24 * time.Hour
