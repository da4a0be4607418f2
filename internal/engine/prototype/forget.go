package prototype

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes what visitors said of prototypes that were decided long ago, with its
// pictures and answers. The prototype and its decision stay.
func (s *Store) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT f.number, f.at, p.decided, '', '' FROM prototype_feedback f JOIN prototypes p ON p.number = f.prototype WHERE f.number > ? ORDER BY f.number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, table := range []string{"prototype_shots", "prototype_answers"} {
			if err := tx.Delete(table, "feedback", due); err != nil {
				return err
			}
		}
		return tx.Delete("prototype_feedback", "number", due)
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old feedback: %w", err)
	}
	return out, nil
}

// Stock is how many notes are kept, and when the oldest was written.
func (s *Store) Stock(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "prototype_feedback", "number", "at")
}
