package run

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// ask reads rows, within a write or beside it.
type ask func(query string, args ...any) (*sql.Rows, error)

// HourOf counts what was begun within the last hour, in each layer of a plan.
func HourOf(rows ask, l gate.Limits, plan prentice.Plan, now time.Time) (gate.Hour, error) {
	layers := gate.Layers(plan)
	counted := make(map[gate.LimitUse]gate.Counted, len(layers)) // by layer and name
	for some := range slices.Chunk(layers, atATime) {
		if err := countSome(rows, some, gate.Minute(now.Add(-time.Hour)), counted); err != nil {
			return gate.Hour{}, fmt.Errorf("count the runs of the last hour: %w", err)
		}
	}
	return gate.HourOf(l, layers, counted), nil
}

// atATime is how many layers or targets are asked for in one statement.
const atATime = 64

// countSome counts what was begun since a minute, in some layers.
func countSome(rows ask, some []gate.LimitUse, since int64, counted map[gate.LimitUse]gate.Counted) error {
	args := []any{since}
	for _, u := range some {
		args = append(args, u.Layer, u.Name)
	}
	r, err := rows(`SELECT layer, name, SUM(n), MIN(minute) FROM run_counts WHERE minute >= ? AND (layer = ? AND name = ?`+strings.Repeat(" OR layer = ? AND name = ?", len(some)-1)+`) GROUP BY layer, name`, args...)
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		var u gate.LimitUse
		var c gate.Counted
		if err := r.Scan(&u.Layer, &u.Name, &c.Runs, &c.First); err != nil {
			return err
		}
		counted[u] = c
	}
	return errors.Join(r.Err(), r.Close())
}

// CountIn counts a run in each layer.
func CountIn(tx *db.Tx, layers []gate.LimitUse, now time.Time) error {
	var rows []any
	for _, u := range layers {
		rows = append(rows, u.Layer, u.Name, gate.Minute(now), 1)
	}
	return tx.Insert(`INSERT INTO run_counts (layer, name, minute, n)`, 4, rows, ` ON CONFLICT (layer, name, minute) DO UPDATE SET n = run_counts.n + 1`)
}

// ActingIn counts the other runs that act.
func ActingIn(tx *db.Tx, run int64, system, subject prentice.Ref) (gate.Acting, error) {
	a := gate.Acting{System: system, Subject: subject}
	err := tx.QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN system = ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN subject = ? THEN 1 ELSE 0 END), 0)
		FROM run_acting WHERE run <> ?`, []any{string(system), string(subject), run}, &a.All, &a.InSystem, &a.OnSubject)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return a, err
}

// ActsNow notes that a run acts.
func ActsNow(tx *db.Tx, run int64, system, subject prentice.Ref) error {
	_, err := tx.Exec(`INSERT INTO run_acting (run, subject, system) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING`, run, string(subject), string(system))
	return err
}
