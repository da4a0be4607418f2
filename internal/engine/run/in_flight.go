package run

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// InFlight are the steps that someone is at or has to take up, by name alone.
func (r *Store) InFlight(ctx context.Context) ([]prentice.Work, error) {
	rows, err := r.DB.Query(ctx, `SELECT s.run, s.step, s.target, s.round, s.lasting, s.again, r.created FROM run_steps s JOIN runs r ON r.number = s.run WHERE r.ended = 0 AND s.state = ?`, Intended)
	if err != nil {
		return nil, fmt.Errorf("read the steps in flight: %w", err)
	}
	defer rows.Close()
	var list []prentice.Work
	for rows.Next() {
		var run, created int64
		var round, lasting, again int
		var w prentice.Work
		if err := rows.Scan(&run, &w.Step.ID, &w.Target.Ref, &round, &lasting, &again, &created); err != nil {
			return nil, fmt.Errorf("read the steps in flight: %w", err)
		}
		w.Run, w.Once = prentice.NewRef("run", fmt.Sprint(run)), Making(db.Time(created), round, lasting, again)
		list = append(list, w)
	}
	return list, rows.Err()
}

// Begun notes that a step was begun where it is done.
func (r *Store) Begun(ctx context.Context, rec StepRecord) error {
	return r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE run_steps SET begun = 1 WHERE run = ? AND round = ? AND step = ? AND target = ? AND begun = 0`, rec.Run, rec.Round, rec.Step, string(rec.Target))
		return err
	})
}
