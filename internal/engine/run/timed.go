package run

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Timed is a run that acted and has ended: how it came out, and when it acted.
type Timed struct {
	Number         int64
	State          prentice.State
	Subject        prentice.Ref
	Started, Ended time.Time
	Within         string // the procedure that called it; "" is a run of its own
	Elsewhere      bool   // what went wrong in the run went wrong in no step of it
}

// OnTarget is what such a run did on one target: when, and whether a step failed there.
type OnTarget struct {
	Run            int64
	Target         prentice.Ref
	Failed         bool
	Started, Ended time.Time
}

const ended = `FROM runs WHERE procedure = ? AND started > 0 AND ended > 0 ORDER BY number DESC LIMIT ?`

// Timed is the newest runs of a procedure that acted and have ended, newest first; of
// those in which it was called, the part that is its own.
func (r *Store) Timed(ctx context.Context, procedure string, most int) ([]Timed, error) {
	scan := func(scan func(...any) error, one *Timed) error {
		var from, until, wrong int64
		err := scan(&one.Number, &one.State, &one.Subject, &from, &until, &one.Within, &wrong)
		one.Started, one.Ended, one.Elsewhere = db.Time(from), db.Time(until), wrong == 0 && one.Within != ""
		return err
	}
	rows, err := r.DB.Query(ctx, `SELECT number, state, subject, started, ended, '', 0 `+ended, procedure, most)
	list, err := db.List(rows, err, scan, nil)
	if err != nil {
		return nil, fmt.Errorf("read how long runs of %s took: %w", procedure, err)
	}
	rows, err = r.DB.Query(ctx, `SELECT r.number, r.state, r.subject, MIN(s.started), MAX(s.ended), r.procedure, SUM(CASE WHEN s.state IN ('failed', 'uncertain') THEN 1 ELSE 0 END)
		FROM run_calls c JOIN runs r ON r.number = c.run JOIN run_steps s ON `+ofCall+`
		WHERE c.procedure = ? AND r.started > 0 AND r.ended > 0 AND s.section IN ('act', 'verify', 'undo') AND s.attempts > 0 AND s.started > 0 AND s.ended > 0
		GROUP BY r.number, r.state, r.subject, r.procedure ORDER BY r.number DESC LIMIT ?`, procedure, most)
	called, err := db.List(rows, err, scan, nil)
	if err != nil {
		return nil, fmt.Errorf("read how long %s took when it was called: %w", procedure, err)
	}
	list = append(list, called...)
	slices.SortStableFunc(list, func(a, b Timed) int { return cmp.Compare(b.Number, a.Number) })
	return list[:min(len(list), most)], nil
}

// OnTargets is what the same runs did on their targets.
func (r *Store) OnTargets(ctx context.Context, procedure string, most int) ([]OnTarget, error) {
	const what = `SELECT s.run, s.target, MIN(s.started), MAX(s.ended), MAX(CASE WHEN s.state IN ('failed', 'uncertain') THEN 1 ELSE 0 END) FROM run_steps s `
	const acted = ` s.section IN ('act', 'verify') AND s.target <> '' AND s.started > 0 AND s.ended > 0 GROUP BY s.run, s.target ORDER BY s.run DESC, s.target`
	var all []OnTarget
	for _, of := range []string{`WHERE s.run IN (SELECT number ` + ended + `) AND`,
		`JOIN run_calls c ON ` + ofCall + ` WHERE c.procedure = ? AND c.run IN (SELECT r.number FROM runs r WHERE r.started > 0 AND r.ended > 0 AND EXISTS (SELECT 1 FROM run_calls b WHERE b.run = r.number AND b.procedure = c.procedure) ORDER BY r.number DESC LIMIT ?) AND`} {
		rows, err := r.DB.Query(ctx, what+of+acted, procedure, most)
		list, err := db.List(rows, err, func(scan func(...any) error, one *OnTarget) error {
			var from, until, failed int64
			err := scan(&one.Run, &one.Target, &from, &until, &failed)
			one.Started, one.Ended, one.Failed = db.Time(from), db.Time(until), failed == 1
			return err
		}, nil)
		if err != nil {
			return nil, fmt.Errorf("read what runs of %s did on their targets: %w", procedure, err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b OnTarget) int { return cmp.Compare(b.Run, a.Run) })
	return all, nil
}
