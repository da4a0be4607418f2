package identity

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes tokens that expired long ago, and sessions and questions to browsers
// that have ended. A token through which others were made goes after them. Whose agent
// a name is, and who was removed, stays known; so do links, by which the first start
// knows whether anyone has come in.
func (i *Identity) Forget(ctx context.Context, s db.Sweep) (out db.Swept, err error) {
	due, err := i.expired(ctx, s)
	if err != nil {
		return out, err
	}
	now := db.Micros(i.clock())
	err = i.db.Write(ctx, func(tx *db.Tx) error {
		out = db.Swept{Removed: len(due), Over: len(due) < s.Most}
		for _, id := range due {
			if err := deleteToken(tx, id); err != nil {
				return err
			}
		}
		for _, query := range []string{`DELETE FROM identity_session WHERE expires <= ?`, `DELETE FROM identity_ceremony WHERE expires <= ?`} {
			n, err := tx.Exec(query, now)
			if err != nil {
				return err
			}
			out.Removed += int(n)
		}
		return nil
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove what let people in once: %w", err)
	}
	return out, nil
}

// expired are tokens that expired before a moment and through which none was made.
func (i *Identity) expired(ctx context.Context, s db.Sweep) (ids []int64, err error) {
	rows, err := i.db.Query(ctx, `SELECT id FROM identity_token t WHERE expires > 0 AND expires < ?
		AND NOT EXISTS (SELECT 1 FROM identity_token c WHERE c.parent = t.id) ORDER BY id LIMIT ?`, db.Micros(s.Before), s.Most)
	if err != nil {
		return nil, fmt.Errorf("look for tokens that expired: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("look for tokens that expired: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
