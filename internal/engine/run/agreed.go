package run

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Agree keeps a plan as the last one that people approved and that was performed
// for its procedure and subject. BreakGlassBy that was broken is no one's approval.
func Agree(tx *db.Tx, d *Detail, now time.Time) error {
	if len(d.Approvers) == 0 || d.BreakGlassBy != "" {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO run_agreed (procedure, subject, run, plan, time) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (procedure, subject) DO UPDATE SET run = excluded.run, plan = excluded.plan, time = excluded.time`,
		d.Procedure, string(d.Subject), d.Number, d.Plan, db.Micros(now))
	return err
}

// LastAgreed is how a plan differs from the last one that was agreed to and
// performed, or nil when there is none but this run's own.
func (r *Store) LastAgreed(ctx context.Context, run int64, plan prentice.Plan) (*Agreed, error) {
	var a Agreed
	var at int64
	var canonical string
	err := r.DB.QueryRow(ctx, `SELECT a.run, a.plan, a.time, p.canonical FROM run_agreed a JOIN run_plans p ON p.plan = a.plan
		WHERE a.procedure = ? AND a.subject = ? AND a.run <> ?`, []any{plan.Procedure, string(plan.Subject), run}, &a.Run, &a.Plan, &at, &canonical)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the last plan that was agreed to: %w", err)
	}
	a.Time = db.Time(at)
	return &a, compare(&a, canonical, plan)
}

// compare tells how a plan differs from the one that was agreed to.
func compare(a *Agreed, canonical string, plan prentice.Plan) error {
	var old prentice.Plan
	if err := json.Unmarshal([]byte(canonical), &old); err != nil {
		return fmt.Errorf("read plan %s: %w", a.Plan, err)
	}
	a.Changes = Differences(old, plan)
	return nil
}
