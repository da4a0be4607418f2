package replica

import (
	"context"
	"fmt"

	"prentice/internal/kit/db"
)

// Forget removes replicas that left or died long ago.
func (r *Registry) Forget(ctx context.Context, s db.Sweep) (out db.Swept, err error) {
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`DELETE FROM replicas WHERE ended > 0 AND ended < ?`, db.Micros(s.Before))
		out = db.Swept{Removed: int(n), Over: true}
		return err
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove replicas that are gone: %w", err)
	}
	return out, nil
}
