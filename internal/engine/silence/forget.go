package silence

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes silences that expired long ago.
func (s *Silences) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT number, created, CASE WHEN ended > 0 THEN ended ELSE ends END, '', '' FROM silences WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete("silences", "number", due) })
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old silences: %w", err)
	}
	return out, nil
}

// Stock is how many silences are kept, and when the oldest was made.
func (s *Silences) Stock(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "silences", "number", "created")
}
