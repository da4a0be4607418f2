package maintenance

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Time is one time that a task was done.
type Time struct {
	At     time.Time    `json:"at"`
	By     prentice.Ref `json:"by"`
	Due    time.Time    `json:"due"`
	InTime bool         `json:"in_time"`
	Note   string       `json:"note,omitempty"`
}

// known is what is kept of a task besides its times.
type known struct {
	since time.Time
	run   int64 // all runs up to this one were looked at
}

type store struct{ db *db.DB }

// seen keeps since when tasks are known; what is kept already stays.
func (s store) seen(ctx context.Context, names []string, now time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, name := range names {
			if _, err := tx.Exec(`INSERT INTO maintenance_tasks (task, since, run) VALUES (?, ?, 0) ON CONFLICT (task) DO NOTHING`, name, db.Micros(now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// known are all tasks that were ever seen.
func (s store) known(ctx context.Context) (map[string]known, error) {
	type row struct {
		name string
		known
	}
	rows, err := s.db.Query(ctx, `SELECT task, since, run FROM maintenance_tasks`)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) error {
		var since int64
		err := scan(&r.name, &since, &r.run)
		r.since = db.Time(since)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read which maintenance is known: %w", err)
	}
	all := map[string]known{}
	for _, r := range list {
		all[r.name] = r.known
	}
	return all, nil
}

// last is when each task was done last.
func (s store) last(ctx context.Context) (map[string]time.Time, error) {
	type row struct {
		name string
		at   int64
	}
	rows, err := s.db.Query(ctx, `SELECT task, MAX(at) FROM maintenance_done GROUP BY task`)
	list, err := db.List(rows, err, func(scan func(...any) error, r *row) error { return scan(&r.name, &r.at) }, nil)
	if err != nil {
		return nil, fmt.Errorf("read when maintenance was done: %w", err)
	}
	all := map[string]time.Time{}
	for _, r := range list {
		all[r.name] = db.Time(r.at)
	}
	return all, nil
}

// times are the newest times that a task was done, at most so many.
func (s store) times(ctx context.Context, name string, most int) ([]Time, error) {
	rows, err := s.db.Query(ctx, `SELECT at, by, due, note FROM maintenance_done WHERE task = ? ORDER BY at DESC, by LIMIT ?`, name, most)
	list, err := db.List(rows, err, func(scan func(...any) error, t *Time) error {
		var at, due int64
		err := scan(&at, &t.By, &due, &t.Note)
		t.At, t.Due = db.Time(at), db.Time(due)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read when %s was done: %w", name, err)
	}
	return list, nil
}

// add keeps that a task was done. The same run or person at the same moment is kept once.
func (s store) add(tx *db.Tx, name string, t Time) (added bool, err error) {
	n, err := tx.Exec(`INSERT INTO maintenance_done (task, at, by, due, note) VALUES (?, ?, ?, ?, ?) ON CONFLICT (task, at, by) DO NOTHING`, name, db.Micros(t.At), string(t.By), db.Micros(t.Due), t.Note)
	return n > 0, err
}

// looked keeps up to which run all were looked at.
func (s store) looked(tx *db.Tx, name string, run int64) error {
	_, err := tx.Exec(`UPDATE maintenance_tasks SET run = ? WHERE task = ? AND run < ?`, run, name, run)
	return err
}
