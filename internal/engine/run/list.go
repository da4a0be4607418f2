package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// MostListed is the longest list of runs that one call returns.
const MostListed = 500

// Runs is runs, newest first. The lists carry neither approvers nor targets, but
// how many these are; Load does.
func (r *Store) Runs(ctx context.Context, f Filter) ([]prentice.Run, error) {
	where, args := chosen(f)
	return r.list(ctx, where, args, f.Limit)
}

// list is the runs of a condition, newest first. The condition may ask for what
// their plans are.
func (r *Store) list(ctx context.Context, where string, args []any, limit int) ([]prentice.Run, error) {
	if limit <= 0 {
		limit = 50
	}
	rows, err := r.DB.Query(ctx, "SELECT "+prefixed("r.", runColumns)+", COALESCE(p.hosts, 0), COALESCE(p.command, '') FROM runs r LEFT JOIN run_plans p ON p.plan = r.plan"+where+" ORDER BY number DESC LIMIT ?",
		append(args, min(limit, MostListed))...)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	runs := []prentice.Run{}
	for rows.Next() {
		var hosts int
		var command string
		run, err := scanListed(rows, &hosts, &command)
		if err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		run.Hosts, run.Command = hosts, command
		runs = append(runs, run)
	}
	return runs, rows.Err()
}

func chosen(f Filter) (string, []any) {
	var where []string
	var args []any
	also := func(condition string, value ...any) {
		where = append(where, condition)
		args = append(args, value...)
	}
	if f.Open {
		also("ended = 0")
	}
	if f.Moving {
		also("ended = 0 AND state <> ?", string(prentice.Waiting))
	}
	if f.Over {
		also("ended > 0")
	}
	if f.State != "" {
		also("state = ?", string(f.State))
	}
	if f.Procedure != "" {
		also("procedure = ?", f.Procedure)
	}
	if f.Subject != "" {
		also("subject = ?", string(f.Subject))
	}
	if f.Incident != "" {
		also("incident = ?", string(f.Incident))
	}
	if !f.Since.IsZero() {
		also("created >= ?", db.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		also("created < ?", db.Micros(f.Until))
	}
	if f.Before > 0 {
		also("number < ?", f.Before)
	}
	if len(where) == 0 {
		return "", args
	}
	return " WHERE " + strings.Join(where, " AND "), args
}

// Count is how many runs a filter chooses, whatever its limit.
func (r *Store) Count(ctx context.Context, f Filter) (n int, err error) {
	where, args := chosen(f)
	if err = r.DB.QueryRow(ctx, "SELECT COUNT(*) FROM runs"+where, args, &n); err != nil {
		err = fmt.Errorf("count runs: %w", err)
	}
	return n, err
}

// Unsaid lists the runs of which no one may have been told how they stand: those
// that ended or wait, and anyone who brought them there may have gone before it said
// so. Only those of an owner, unless that is "".
func (r *Store) Unsaid(ctx context.Context, since time.Time, owner string) ([]prentice.Run, error) {
	rows, err := r.DB.Query(ctx, `SELECT `+runColumns+` FROM runs WHERE (ended > ? AND number > (SELECT COALESCE(MAX(number), 0) FROM runs) - 1000 OR state = 'waiting')
		AND (? = '' OR owner = ?) ORDER BY number DESC LIMIT ?`, db.Micros(since), owner, owner, 2*MostListed)
	if err != nil {
		return nil, fmt.Errorf("list runs that no one may have heard of: %w", err)
	}
	defer rows.Close()
	var runs []prentice.Run
	for rows.Next() {
		run, err := scanListed(rows)
		if err != nil {
			return nil, err
		}
		if run.Unread != "" { // no one knows what is to be said of it
			continue
		}
		runs = append(runs, run)
	}
	slices.Reverse(runs)
	return runs, rows.Err()
}
