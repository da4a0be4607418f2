package experiment

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes the units of experiments that ended long ago. What was counted of them
// stays with the looks.
func (s *Store) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT number, created, CASE WHEN EXISTS (SELECT 1 FROM experiment_units u WHERE u.experiment = number) THEN stopped ELSE 0 END, '', '' FROM experiments WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	if err = s.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete("experiment_units", "experiment", due) }); err != nil {
		return db.Swept{}, fmt.Errorf("remove the users of old experiments: %w", err)
	}
	return out, nil
}
