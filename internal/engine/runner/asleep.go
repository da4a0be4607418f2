package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	leaveLasts = 7 * 24 * time.Hour // how long a run that has leave waits for the calendar
	lookAgain  = time.Minute        // a freeze may be lifted, so no one sleeps longer than this
)

// asleep says whether a run waits for the calendar: it is queued, and that ends.
func asleep(run prentice.Run) bool {
	return run.State == prentice.Queued && !run.Expires.IsZero()
}

// movable is a condition of SQL: a run that someone must perform. One that waits
// for the calendar is none until it is woken; anyone who woke it may have died since.
const movable = `ended = 0 AND state <> 'waiting' AND NOT (state = 'queued' AND expires > 0 AND wakes > 0)`

// shut says why a run that may wait for the calendar must not begin now, or "".
func (r *Runner) shut(ctx context.Context, d *detail) (says string, until time.Time, err error) {
	if !d.Window || d.BreakGlassBy != "" || d.ThePlan.Risk == prentice.Look {
		return "", time.Time{}, nil
	}
	if says, until, err = r.Calendar.Hold(ctx, d.ThePlan, r.Clock()); err != nil {
		return "", until, fmt.Errorf("ask the calendar: %w", err)
	}
	return says, until, nil
}

// sleep lets a run wait for the calendar as a row and nothing else: no
// goroutine, no lock. The runner's tick wakes it.
func (r *Runner) sleep(ctx context.Context, d *detail, says string, until time.Time) error {
	now := r.Clock()
	wakes := now.Add(lookAgain)
	if !until.IsZero() && until.Before(wakes) {
		wakes = until
	}
	ends := d.Expires
	if !asleep(d.Run) {
		ends = now.Add(leaveLasts)
	}
	if !now.Before(ends) {
		return r.move(ctx, d, next{state: prentice.Expired, says: "the calendar did not let it begin in time; nothing was done"})
	}
	says = "is approved, and waits for the calendar: " + says
	if asleep(d.Run) && d.Says == says {
		return orParked(r.doze(ctx, d, wakes))
	}
	return orParked(r.move(ctx, d, next{state: prentice.Queued, says: says, expires: ends.Sub(now), wakes: wakes, kind: "run.held"}, releaseAs(d)))
}

// doze lets a run that has said already why it waits go on waiting.
func (r *Runner) doze(ctx context.Context, d *detail, wakes time.Time) error {
	return r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, wakes = ? WHERE number = ? AND revision = ? AND ended = 0`, db.Micros(wakes), d.Number, d.revision)
		if err == nil && n == 0 {
			return errMoved
		}
		return err
	})
}

// orParked says that there is nothing more to do for a run now.
func orParked(err error) error {
	if err == nil {
		return errParked
	}
	return err
}

// wake begins again with the runs whose time has come.
func (r *Runner) wake(ctx context.Context) error {
	due, err := r.resting(ctx, `SELECT number, revision FROM runs WHERE wakes > 0 AND wakes <= ? AND ended = 0 ORDER BY wakes`, db.Micros(r.Clock()))
	if err != nil {
		return err
	}
	r.beginThese(ctx, due)
	return nil
}

// resting is a run that nothing performs, and the revision at which that was so.
type resting struct{ number, revision int64 }

// beginThese begins runs. One that cannot be begun says why, and keeps no other
// from beginning; it is tried again.
func (r *Runner) beginThese(ctx context.Context, runs []resting) {
	for _, run := range runs {
		if err := r.begin(ctx, run); err != nil && ctx.Err() == nil {
			r.cannot("run not begun", run.number, prentice.Queued, err)
		}
	}
}

// resting reads the numbers of runs and their revisions.
func (r *Runner) resting(ctx context.Context, query string, args ...any) ([]resting, error) {
	rows, err := r.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for runs: %w", err)
	}
	defer rows.Close()
	var list []resting
	for rows.Next() {
		var run resting
		if err := rows.Scan(&run.number, &run.revision); err != nil {
			return nil, err
		}
		list = append(list, run)
	}
	return list, rows.Err()
}

// numbers reads the numbers of runs.
func (r *Runner) numbers(ctx context.Context, query string, args ...any) ([]int64, error) {
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
