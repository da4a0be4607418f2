package run

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// PausedSays is why work is paused after a crash.
const PausedSays = "prentice did not end in order, so work that no person started waits"

// Acts notes that a process acts. If the one before it never noted its end, it
// crashed, and what no person started is paused.
func (r *Store) Acts(ctx context.Context) error {
	now := r.Clock()
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		var acting int64
		err := tx.QueryRow(`SELECT busy FROM run_process WHERE one = 1`, nil, &acting)
		if errors.Is(err, sql.ErrNoRows) {
			_, err := tx.Exec(`INSERT INTO run_process (one, busy, paused, says) VALUES (1, 1, 0, '')`)
			return err
		}
		if err != nil || acting == 0 {
			_, err2 := tx.Exec(`UPDATE run_process SET busy = 1 WHERE one = 1`)
			return errors.Join(err, err2)
		}
		return r.PauseWork(tx, now, PausedSays)
	})
	if err != nil {
		return fmt.Errorf("note that this process acts: %w", err)
	}
	return nil
}

// Joins is Acts among several: what one leaves behind the others look after,
// so that only a crash which no one lived to see pauses.
func (r *Store) Joins(ctx context.Context, deserted bool) error {
	now := r.Clock()
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO run_process (one, busy, paused, says) VALUES (1, 0, 0, '') ON CONFLICT (one) DO NOTHING`); err != nil {
			return err
		}
		before, err := tx.Exec(`UPDATE run_process SET busy = 0 WHERE one = 1 AND busy = 1`) // one that had the database alone
		if err != nil || before == 0 && !deserted {
			return err
		}
		return r.PauseWork(tx, now, PausedSays)
	})
	if err != nil {
		return fmt.Errorf("note that this process acts: %w", err)
	}
	return nil
}

// PauseWork lets what no person started wait, unless it waits already.
func (r *Store) PauseWork(tx *db.Tx, now time.Time, says string) error {
	n, err := tx.Exec(`UPDATE run_process SET paused = ?, says = ? WHERE one = 1 AND paused = 0`, db.Micros(now), says)
	if err != nil || n == 0 {
		return err
	}
	return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.paused", Actor: "self/prentice", Refs: []prentice.Ref{"op/resume"}, Data: map[string]any{"says": says}})
}

// ActsNoMore notes that the process ended in order. If that cannot be written, the
// next one comes up paused.
func (r *Store) ActsNoMore() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE run_process SET busy = 0 WHERE one = 1`)
		return err
	})
}

// PausedSince is since when work that no person started is paused; zero when it
// is not.
func (r *Store) PausedSince(ctx context.Context) (since time.Time, says string, err error) {
	var at int64
	err = r.DB.QueryRow(ctx, `SELECT paused, says FROM run_process WHERE one = 1`, nil, &at, &says)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	if err != nil {
		return time.Time{}, "", fmt.Errorf("ask whether work is paused: %w", err)
	}
	return db.Time(at), says, nil
}

// LockPause says whether work is paused, and keeps it so until the transaction
// ends: a run that is held because of it is seen by anyone who says resume.
func LockPause(tx *db.Tx) (paused bool, err error) {
	var since int64
	err = tx.QueryRow(`SELECT paused FROM run_process WHERE one = 1`, nil, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return since != 0, err
}

// pausedIn are the paused runs as a transaction sees them, with the revision that each
// has once its hold is gone.
func pausedIn(tx *db.Tx) (held []prentice.Run, at []Idle, err error) {
	rows, err := tx.Query(`SELECT ` + runColumns + `, revision FROM runs WHERE ended = 0 AND hold <> '' ORDER BY number`)
	if err != nil {
		return nil, nil, fmt.Errorf("read which runs are paused: %w", err)
	}
	defer rows.Close()
	held = []prentice.Run{}
	for rows.Next() {
		var revision int64
		run, err := scanListed(rows, &revision)
		if err != nil {
			return nil, nil, fmt.Errorf("read which runs are paused: %w", err)
		}
		if run.Hold != nil && run.Hold.Code == prentice.HoldPaused {
			held, at = append(held, run), append(at, Idle{run.Number, revision + 1})
		}
	}
	return held, at, errors.Join(rows.Err(), rows.Close())
}

// ResumeWork ends the pause, and the hold of each run that waited for that. It says
// which these are, and what they are then.
func ResumeWork(tx *db.Tx) (held []prentice.Run, at []Idle, err error) {
	if _, err := tx.Exec(`UPDATE run_process SET paused = 0, says = '' WHERE one = 1`); err != nil {
		return nil, nil, err
	}
	if held, at, err = pausedIn(tx); err != nil {
		return nil, nil, err
	}
	for i := range held {
		held[i].Hold = nil
		if _, err := tx.Exec(`UPDATE runs SET revision = revision + 1, hold = '' WHERE number = ? AND ended = 0`, held[i].Number); err != nil {
			return nil, nil, err
		}
	}
	return held, at, nil
}
