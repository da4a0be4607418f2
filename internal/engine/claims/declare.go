package claims

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Declare makes the list all the claims of a kind. One that is not in it any more
// is kept as removed.
func (s *Store) Declare(ctx context.Context, now time.Time, kind string, list []Claim) error {
	return s.declare(ctx, now, kind, "", list)
}

// DeclareAbout makes the list all the claims of a kind about one thing.
func (s *Store) DeclareAbout(ctx context.Context, now time.Time, kind string, about prentice.Ref, list []Claim) error {
	for _, c := range list {
		if c.About != about {
			return prentice.Errorf(prentice.Invalid, "claim %s is about %s, among those about %s", c.ID, c.About, about)
		}
	}
	return s.declare(ctx, now, kind, about, list)
}

// Abouts are the things about which there are claims of a kind.
func (s *Store) Abouts(ctx context.Context, kind string) ([]prentice.Ref, error) {
	rows, err := s.DB.Query(ctx, `SELECT DISTINCT about FROM claims WHERE kind = ? AND removed = 0 ORDER BY about`, kind)
	return db.List(rows, err, func(scan func(...any) error, one *prentice.Ref) error { return scan(one) }, nil)
}

// bodiesOf are claims as they are kept, by ID.
func bodiesOf(kind string, list []Claim) (map[string]string, error) {
	bodies := map[string]string{}
	for _, c := range list {
		if err := c.Check(); err != nil {
			return nil, err
		}
		if _, twice := bodies[c.ID]; twice || c.Kind != kind {
			return nil, prentice.Errorf(prentice.Invalid, "claim %s is of kind %q, or declared twice among those of kind %q", c.ID, c.Kind, kind)
		}
		raw, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("claim %s: %w", c.ID, err)
		}
		bodies[c.ID] = string(raw)
	}
	return bodies, nil
}

// declare is Declare, about one thing or with "" about all.
func (s *Store) declare(ctx context.Context, now time.Time, kind string, about prentice.Ref, list []Claim) error {
	bodies, err := bodiesOf(kind, list)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		there, err := declared(tx, kind, about)
		if err != nil {
			return err
		}
		for _, c := range list {
			if there[c.ID] == bodies[c.ID] {
				continue
			}
			if _, err := tx.Exec(`INSERT INTO claims (id, kind, about, body, removed, latest) VALUES (?, ?, ?, ?, 0, 0)
				ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, about = excluded.about, body = excluded.body, removed = 0`,
				c.ID, kind, string(c.About), bodies[c.ID]); err != nil {
				return err
			}
		}
		for id := range there {
			if _, still := bodies[id]; still {
				continue
			}
			if _, err := tx.Exec(`UPDATE claims SET removed = ? WHERE id = ?`, db.Micros(now), id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("declare the claims of kind %s: %w", kind, err)
	}
	return nil
}

// declared is the bodies of the claims of a kind that are not removed, about one thing or
// with "" about all.
func declared(tx *db.Tx, kind string, about prentice.Ref) (map[string]string, error) {
	rows, err := tx.Query(`SELECT id, body FROM claims WHERE kind = ? AND removed = 0 AND (? = '' OR about = ?)`, kind, string(about), string(about))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := map[string]string{}
	for rows.Next() {
		var id, body string
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		there[id] = body
	}
	return there, rows.Err()
}
