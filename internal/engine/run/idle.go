package run

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Movable is a condition of SQL: a run that someone must perform. One that waits
// for the calendar is none until it is woken; anyone who woke it may have died since.
const Movable = `ended = 0 AND state <> 'waiting' AND NOT (state = 'queued' AND expires > 0 AND wakes > 0)`

// Idle is a run that nothing performs, and the revision at which that was so.
type Idle struct{ Number, Revision int64 }

// idle reads the numbers of runs and their revisions.
func (r *Store) idle(ctx context.Context, query string, args ...any) ([]Idle, error) {
	rows, err := r.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for runs: %w", err)
	}
	defer rows.Close()
	var list []Idle
	for rows.Next() {
		var run Idle
		if err := rows.Scan(&run.Number, &run.Revision); err != nil {
			return nil, err
		}
		list = append(list, run)
	}
	return list, rows.Err()
}

// numbers reads the numbers of runs.
func (r *Store) numbers(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := r.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for runs: %w", err)
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Begin writes a fresh attempt at a run that nothing performs. If anyone has written
// the run since, it is left to them.
func (r *Store) Begin(ctx context.Context, run Idle, owner string) (bool, error) {
	var begun int64
	err := r.DB.Write(ctx, func(tx *db.Tx) (err error) {
		begun, err = tx.Exec(`UPDATE runs SET revision = revision + 1, attempt = attempt + 1, owner = ?, wakes = 0 WHERE number = ? AND revision = ? AND ended = 0 AND state <> 'waiting'`,
			owner, run.Number, run.Revision)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin run %d: %w", run.Number, err)
	}
	return begun > 0, nil
}

// HandOver makes a run no one's, so that another process takes it on. It says whether
// no one has written the run since.
func HandOver(tx *db.Tx, run Idle) (bool, error) {
	n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, owner = '' WHERE number = ? AND revision = ? AND ended = 0`, run.Number, run.Revision)
	return n > 0, err
}

// WantStopped notes that a run is to stop, and why. It raises the run's revision, so
// that one that moves on at this moment finds it.
func WantStopped(tx *db.Tx, number int64, says string) error {
	_, err := tx.Exec(`UPDATE runs SET revision = revision + 1, cancel = ? WHERE number = ? AND ended = 0`, says, number)
	return err
}

// Doze lets a run that sleeps go on sleeping until it wakes.
func (r *Store) Doze(ctx context.Context, d *Detail, wakes time.Time) error {
	return r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, wakes = ? WHERE number = ? AND revision = ? AND ended = 0`, db.Micros(wakes), d.Number, d.Revision)
		if err == nil && n == 0 {
			return ErrMoved
		}
		return err
	})
}

// Asleep says whether a run waits for the calendar: it is queued, and that ends.
func Asleep(run prentice.Run) bool {
	return run.State == prentice.Queued && !run.Expires.IsZero()
}
