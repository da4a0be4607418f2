package claims

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes verdicts that stopped counting long ago. The last of a claim that
// is still made stays; a claim that was removed goes with its last verdict.
func (s *Store) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT v.number, v.made, CASE WHEN c.removed = 0 AND c.latest = v.number THEN 0 ELSE v.valid_until END, 'claim/' || v.claim, ''
		FROM claim_verdicts v LEFT JOIN claims c ON c.id = v.claim WHERE v.number > ? ORDER BY v.number LIMIT ?`)
	if err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Delete("claim_verdicts", "number", due); err != nil || !out.Over {
			return err
		}
		_, err := tx.Exec(`DELETE FROM claims WHERE removed > 0 AND removed < ? AND NOT EXISTS (SELECT 1 FROM claim_verdicts WHERE claim = claims.id)`, db.Micros(sweep.Before))
		return err
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old verdicts: %w", err)
	}
	return out, nil
}

// Stock is how many verdicts are kept, and when the oldest was made.
func (s *Store) Stock(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "claim_verdicts", "number", "made")
}
