package runner

import (
	"context"
	"fmt"
	"time"

	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// keptStreaks are all that did not help, by name.
func (r *Runner) keptStreaks(ctx context.Context) ([]gate.KeptStreak, error) {
	rows, err := r.DB.Query(ctx, `SELECT code, name, times, until, run FROM run_streaks ORDER BY code, name`)
	list, err := db.List(rows, err, func(scan func(...any) error, k *gate.KeptStreak) error {
		var ends int64
		err := scan(&k.Code, &k.Name, &k.Times, &ends, &k.Run)
		k.Until = db.Time(ends)
		return err
	}, func(k *gate.KeptStreak, why error) { k.Unread = why })
	if err != nil {
		return nil, fmt.Errorf("read what was tried before: %w", err)
	}
	return list, nil
}

// keptCooldowns are the cool-downs, and how many more there are than are listed.
func (r *Runner) keptCooldowns(ctx context.Context, now time.Time) (list []gate.KeptCooldown, more int, err error) {
	var all int
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM run_cooldowns WHERE until > ?`, []any{db.Micros(now)}, &all); err != nil {
		return nil, 0, fmt.Errorf("count cool-downs: %w", err)
	}
	rows, err := r.DB.Query(ctx, `SELECT procedure, target, until, run FROM run_cooldowns WHERE until > ? ORDER BY target, procedure LIMIT ?`, db.Micros(now), mostListed)
	list, err = db.List(rows, err, func(scan func(...any) error, c *gate.KeptCooldown) error {
		var ends int64
		err := scan(&c.Procedure, &c.Target, &ends, &c.Run)
		c.Until = db.Time(ends)
		return err
	}, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("read cool-downs: %w", err)
	}
	return list, max(0, all-mostListed), nil
}

// keptFixed is how often each subject was fixed without a person since a time.
func (r *Runner) keptFixed(ctx context.Context, since time.Time) (list []gate.OftenFixed, err error) {
	rows, err := r.DB.Query(ctx, `SELECT subject, COUNT(*), MIN(time), MAX(run) FROM run_mended WHERE time > ? GROUP BY subject ORDER BY subject`, db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("read what was fixed: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var f gate.OftenFixed
		var first int64
		if err := rows.Scan(&f.Subject, &f.Times, &first, &f.Run); err != nil {
			return nil, err
		}
		f.First = db.Time(first)
		list = append(list, f)
	}
	return list, rows.Err()
}
