package run

import (
	"context"
	"fmt"
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
}

// OnTarget is what such a run did on one target: when, and whether a step failed there.
type OnTarget struct {
	Run            int64
	Target         prentice.Ref
	Failed         bool
	Started, Ended time.Time
}

const ended = `FROM runs WHERE procedure = ? AND started > 0 AND ended > 0 ORDER BY number DESC LIMIT ?`

// Timed is the newest runs of a procedure that acted and have ended, newest first.
func (r *Store) Timed(ctx context.Context, procedure string, most int) ([]Timed, error) {
	rows, err := r.DB.Query(ctx, `SELECT number, state, subject, started, ended `+ended, procedure, most)
	list, err := db.List(rows, err, func(scan func(...any) error, one *Timed) error {
		var from, until int64
		err := scan(&one.Number, &one.State, &one.Subject, &from, &until)
		one.Started, one.Ended = db.Time(from), db.Time(until)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read how long runs of %s took: %w", procedure, err)
	}
	return list, nil
}

// OnTargets is what the same runs did on their targets.
func (r *Store) OnTargets(ctx context.Context, procedure string, most int) ([]OnTarget, error) {
	rows, err := r.DB.Query(ctx, `SELECT run, target, MIN(started), MAX(ended), MAX(CASE WHEN state IN ('failed', 'uncertain') THEN 1 ELSE 0 END) FROM run_steps
		WHERE run IN (SELECT number `+ended+`) AND section IN ('act', 'verify') AND target <> '' AND started > 0 AND ended > 0 GROUP BY run, target ORDER BY run DESC, target`, procedure, most)
	list, err := db.List(rows, err, func(scan func(...any) error, one *OnTarget) error {
		var from, until, failed int64
		err := scan(&one.Run, &one.Target, &from, &until, &failed)
		one.Started, one.Ended, one.Failed = db.Time(from), db.Time(until), failed == 1
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what runs of %s did on their targets: %w", procedure, err)
	}
	return list, nil
}
