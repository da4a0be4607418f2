package run

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// Cooldowns adds to the facts which of a plan's targets cool down.
func (r *Store) Cooldowns(ctx context.Context, s *gate.Facts) error {
	if len(s.Plan.Targets) == 0 {
		return nil
	}
	args := []any{s.Plan.Procedure}
	called := s.Plan.Called()
	for _, name := range called {
		args = append(args, name)
	}
	args = append(args, db.Micros(s.Now))
	for _, t := range s.Plan.Targets {
		args = append(args, string(t.Ref))
	}
	rows, err := r.DB.Query(ctx, `SELECT target, until, run FROM run_cooldowns WHERE procedure IN (?`+strings.Repeat(", ?", len(called))+`) AND until > ?
		AND target IN (?`+strings.Repeat(", ?", len(s.Plan.Targets)-1)+`) ORDER BY until DESC`, args...)
	if err != nil {
		return fmt.Errorf("read cool-downs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c gate.Cooldown
		var until int64
		if err := rows.Scan(&c.Target, &until, &c.Run); err != nil {
			return fmt.Errorf("read cool-downs: %w", err)
		}
		c.Until = db.Time(until)
		s.Cooldowns = append(s.Cooldowns, c)
	}
	return rows.Err()
}

// Streaks adds to the facts what did not help before.
func (r *Store) Streaks(ctx context.Context, s *gate.Facts) error {
	names := gate.StreakNames(s.Plan.Procedure, s.Plan.Subject)
	args := []any{string(prentice.HoldUseless), names[prentice.HoldUseless], string(prentice.HoldFailures), names[prentice.HoldFailures], string(prentice.HoldBackOff), names[prentice.HoldBackOff]}
	called := s.Plan.Called()
	for _, name := range called {
		args = append(args, string(prentice.HoldFailures), gate.StreakNames(name, s.Plan.Subject)[prentice.HoldFailures])
	}
	rows, err := r.DB.Query(ctx, `SELECT code, name, times, until, run FROM run_streaks WHERE (code = ? AND name = ?)`+strings.Repeat(` OR (code = ? AND name = ?)`, 2+len(called)), args...)
	if err != nil {
		return fmt.Errorf("read what was tried before: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var code prentice.HoldCode
		var k gate.Streak
		var until int64
		if err := rows.Scan(&code, &k.Name, &k.Times, &until, &k.Run); err != nil {
			return fmt.Errorf("read what was tried before: %w", err)
		}
		if k.Until = db.Time(until); k.Until.Before(s.Streaks[code].Until) {
			continue // of several procedures, the one that is blocked for longest
		}
		s.Streaks[code] = k
	}
	return rows.Err()
}

// Fixed is when a subject was fixed without a person, since a time.
func (r *Store) Fixed(ctx context.Context, subject prentice.Ref, since time.Time) (list []time.Time, err error) {
	rows, err := r.DB.Query(ctx, `SELECT time FROM run_mended WHERE subject = ? AND time > ? ORDER BY time`, string(subject), db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("read how often %s was fixed: %w", subject, err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return nil, fmt.Errorf("read how often %s was fixed: %w", subject, err)
		}
		list = append(list, db.Time(at))
	}
	return list, rows.Err()
}

// Hour counts what was begun within the last hour, in each layer of a plan.
func (r *Store) Hour(ctx context.Context, l gate.Limits, plan prentice.Plan, now time.Time) (gate.Hour, error) {
	return HourOf(func(query string, args ...any) (*sql.Rows, error) { return r.DB.Query(ctx, query, args...) }, l, plan, now)
}
