package oncall

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes who was called for incidents that are over, long after the calling began.
func (k *Desk) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := k.DB.Aged(ctx, sweep, `SELECT incident, begun, CASE WHEN state = 'over' THEN begun ELSE 0 END, '', '' FROM oncall_escalations WHERE incident > ? ORDER BY incident LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	if err = k.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Delete("oncall_pages", "incident", due); err != nil {
			return err
		}
		return tx.Delete("oncall_escalations", "incident", due)
	}); err != nil {
		return db.Swept{}, fmt.Errorf("remove who was called long ago: %w", err)
	}
	return out, nil
}

// ForgetCovers removes covers that ended long ago.
func (k *Desk) ForgetCovers(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := k.DB.Aged(ctx, sweep, `SELECT number, made, CASE WHEN ended > 0 THEN ended ELSE ends END, '', '' FROM oncall_overrides WHERE number > ? ORDER BY number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	if err = k.DB.Write(ctx, func(tx *db.Tx) error { return tx.Delete("oncall_overrides", "number", due) }); err != nil {
		return db.Swept{}, fmt.Errorf("remove covers of long ago: %w", err)
	}
	return out, nil
}
