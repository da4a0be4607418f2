package support

import (
	"context"
	"fmt"
	"time"

	"prentice/internal/kit/db"
)

// Forget removes incidents that were closed long ago, with their timelines. One stays
// that is open, or has a run that has not ended, or a follow-up that is not done.
func (s *Support) Forget(ctx context.Context, sweep db.Sweep) (db.Swept, error) {
	due, out, err := s.DB.Aged(ctx, sweep, `SELECT i.number, i.opened, CASE WHEN EXISTS (SELECT 1 FROM incident_runs r WHERE r.incident = i.number AND r.ended = 0) OR EXISTS (SELECT 1 FROM followups f WHERE f.incident = i.number AND f.done = 0) THEN 0 ELSE i.closed END,
		'incident/' || CAST(i.number AS TEXT), '' FROM incidents i WHERE i.number > ? ORDER BY i.number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = s.write(ctx, func(tx *db.Tx, _ time.Time) error {
		for _, table := range []string{"incident_lines", "incident_symptoms", "incident_runs", "incident_tries", "incident_causes", "incident_held", "followups"} {
			if err := tx.Delete(table, "incident", due); err != nil {
				return err
			}
		}
		return tx.Delete("incidents", "number", due)
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old incidents: %w", err)
	}
	return out, nil
}

// ForgetEvents removes what became of events that are removed in the same write.
func (s *Support) ForgetEvents(tx *db.Tx, events []int64) error {
	return tx.Delete("support_tasks", "event", events)
}

// Needed is what open incidents, unfinished tasks and held schedules name: their own
// refs, their runs and the events of their symptoms.
func (s *Support) Needed(ctx context.Context) (map[string]bool, error) {
	rows, err := s.DB.Query(ctx, `SELECT 'incident/', number FROM incidents WHERE closed = 0
		UNION ALL SELECT 'run/', r.run FROM incident_runs r JOIN incidents i ON i.number = r.incident WHERE i.closed = 0
		UNION ALL SELECT 'event/', y.event FROM incident_symptoms y JOIN incidents i ON i.number = y.incident WHERE i.closed = 0
		UNION ALL SELECT 'event/', event FROM support_tasks WHERE state = 'pending'
		UNION ALL SELECT 'run/', run FROM support_ticks_waiting UNION ALL SELECT 'event/', event FROM support_ticks_waiting`)
	if err != nil {
		return nil, fmt.Errorf("look what open incidents need: %w", err)
	}
	defer rows.Close()
	needed := map[string]bool{}
	for rows.Next() {
		var kind string
		var number int64
		if err := rows.Scan(&kind, &number); err != nil {
			return nil, fmt.Errorf("look what open incidents need: %w", err)
		}
		needed[kind+fmt.Sprint(number)] = true
	}
	return needed, rows.Err()
}

// Stock is how many incidents are kept, and when the oldest was opened.
func (s *Support) Stock(ctx context.Context) (db.Stock, error) {
	return s.DB.Stock(ctx, "incidents", "number", "opened")
}
