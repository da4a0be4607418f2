package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// Record is what a procedure has earned so far, and how often in a row it was
// of no use to a subject.
func (r *Store) Record(ctx context.Context, procedure string, subject prentice.Ref) (rec prentice.Record, err error) {
	var ended int64
	err = r.DB.QueryRow(ctx, `SELECT runs, verified, harmful, ended FROM run_records WHERE procedure = ?`, []any{procedure}, &rec.Runs, &rec.Verified, &rec.Harmful, &ended)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return rec, fmt.Errorf("read the record of %s: %w", procedure, err)
	}
	rec.LastEnded = db.Time(ended)
	err = r.DB.QueryRow(ctx, `SELECT times FROM run_useless WHERE procedure = ? AND subject = ?`, []any{procedure, string(subject)}, &rec.Useless)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return rec, fmt.Errorf("read the record of %s: %w", procedure, err)
	}
	return rec, nil
}
