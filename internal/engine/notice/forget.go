package notice

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes notices that ended long ago: they were sent, dropped or dead. One
// stays that waits, or is about something that is not over.
func (o *Outbox) Forget(ctx context.Context, s db.Sweep) (db.Swept, error) {
	due, out, err := o.DB.Aged(ctx, s, `SELECT number, created, CASE WHEN state = 'waiting' THEN 0 ELSE ended END, '', about FROM notices WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = o.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete("notices", "number", due) })
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old notices: %w", err)
	}
	return out, nil
}

// Stock is how many notices are kept, and when the oldest was made.
func (o *Outbox) Stock(ctx context.Context) (db.Stock, error) {
	return o.DB.Stock(ctx, "notices", "number", "created")
}
