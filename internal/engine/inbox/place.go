package inbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice/internal/kit/db"
)

// recall reads how far a schedule has been dealt with. One that is new begins
// now: it has missed nothing.
func (s *Schedules) recall(ctx context.Context, w *watched, now time.Time) error {
	if !w.seen.IsZero() {
		return nil
	}
	var seen int64
	err := s.inbox.db.QueryRow(ctx, `SELECT seen FROM inbox_schedules_seen WHERE procedure_name = ? AND cron = ? AND inputs = ?`, []any{w.Procedure, w.Cron, w.key()}, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return s.note(ctx, w, now)
	}
	if err == nil {
		w.seen = db.Time(seen)
	}
	return err
}

// note writes down how far a schedule has been dealt with. It comes after the
// events: a crash between the two sends them again, under the same ids.
func (s *Schedules) note(ctx context.Context, w *watched, seen time.Time) error {
	err := s.inbox.write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO inbox_schedules_seen (procedure_name, cron, inputs, seen) VALUES (?, ?, ?, ?)
			ON CONFLICT (procedure_name, cron, inputs) DO UPDATE SET seen = excluded.seen`, w.Procedure, w.Cron, w.key(), db.Micros(seen))
		return err
	})
	if err == nil {
		w.seen = seen
	}
	return err
}

// forget drops the place of schedules that are gone, so that one that comes
// back has missed nothing while it did not exist.
func (s *Schedules) forget(ctx context.Context) error {
	s.mu.Lock()
	changed, list := s.changed, s.list
	s.changed = false
	s.mu.Unlock()
	if !changed {
		return nil
	}
	err := s.inbox.write(ctx, func(tx *db.Tx) error { return forget(tx, list) })
	if err != nil {
		s.mu.Lock()
		s.changed = true
		s.mu.Unlock()
		return fmt.Errorf("forget schedules: %w", err)
	}
	return nil
}

func forget(tx *db.Tx, list []*watched) error {
	type place struct{ procedure, cron, inputs string }
	wanted := map[place]bool{}
	for _, w := range list {
		wanted[place{w.Procedure, w.Cron, w.key()}] = true
	}
	rows, err := tx.Query(`SELECT procedure_name, cron, inputs FROM inbox_schedules_seen`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var gone []place
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.procedure, &p.cron, &p.inputs); err != nil {
			return err
		}
		if !wanted[p] {
			gone = append(gone, p)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, p := range gone {
		if _, err := tx.Exec(`DELETE FROM inbox_schedules_seen WHERE procedure_name = ? AND cron = ? AND inputs = ?`, p.procedure, p.cron, p.inputs); err != nil {
			return err
		}
	}
	return nil
}
