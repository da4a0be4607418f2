package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// ActedSince says which other run has acted on one of some targets since a time; ""
// is none.
func (r *Store) ActedSince(ctx context.Context, run int64, since time.Time, targets []prentice.Target) (string, error) {
	args := []any{run, db.Micros(since), prentice.Look.String()}
	for _, t := range targets {
		args = append(args, string(t.Ref))
	}
	if len(args) == 3 {
		return "", nil
	}
	rows, err := r.DB.Query(ctx, `SELECT s.run, s.target FROM run_steps s JOIN runs r ON r.number = s.run WHERE s.run <> ? AND s.section = 'act' AND s.attempts > 0 AND s.started >= ? AND r.risk <> ?
		AND s.target IN (?`+strings.Repeat(", ?", len(args)-4)+`) ORDER BY s.run DESC LIMIT 1`, args...)
	if err != nil {
		return "", fmt.Errorf("ask who acted meanwhile: %w", err)
	}
	defer rows.Close()
	says := ""
	for rows.Next() {
		var other int64
		var target string
		if err := rows.Scan(&other, &target); err != nil {
			return "", err
		}
		says = fmt.Sprintf("run/%d acted on %s", other, target)
	}
	return says, errors.Join(rows.Err(), rows.Close())
}
