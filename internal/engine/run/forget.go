package run

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// RunsRemoved is the kind of evidence that says which runs are no longer kept.
const RunsRemoved = "retention.removed"

// Forget removes runs that ended long ago, with their steps and answers. A run stays
// that has not ended, holds something or is under review, and one by which prentice
// still goes: the last that was approved for a procedure and subject, and those that
// hold others back. The evidence of all stays, and one line more says which went.
func (r *Store) Forget(ctx context.Context, s db.Sweep) (db.Swept, error) {
	bound, err := r.bound(ctx)
	if err != nil {
		return db.Swept{}, err
	}
	needed := s.Needed
	s.Needed = func(ref string) bool { return bound[ref] || needed != nil && needed(ref) }
	due, out, err := r.DB.Aged(ctx, s, `SELECT r.number, r.created, CASE
		WHEN EXISTS (SELECT 1 FROM run_locks l WHERE l.run = r.number) OR EXISTS (SELECT 1 FROM run_acting a WHERE a.run = r.number)
			OR EXISTS (SELECT 1 FROM run_reviews v WHERE v.run = r.number AND v.closed = 0) THEN 0 ELSE r.ended END,
		'run/' || CAST(r.number AS TEXT), '' FROM runs r WHERE r.number > ? ORDER BY r.number LIMIT ?`)
	if err != nil || len(due) == 0 {
		return out, err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		for _, of := range []struct{ table, column string }{{"run_steps", "run"}, {"run_approvals", "run"}, {"run_reviews", "run"}, {"run_calls", "run"}, {"runs", "number"}} {
			if err := tx.Delete(of.table, of.column, due); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: RunsRemoved, Actor: prentice.Prentice("").Ref(), Data: map[string]any{"of": "runs", "numbers": spans(due), "count": len(due)}})
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old runs: %w", err)
	}
	return out, nil
}

// Needed is what runs that have not ended name: themselves, their events and incidents.
func (r *Store) Needed(ctx context.Context) (map[string]bool, error) {
	rows, err := r.DB.Query(ctx, `SELECT number, event, incident FROM runs WHERE ended = 0`)
	if err != nil {
		return nil, fmt.Errorf("look what open runs need: %w", err)
	}
	defer rows.Close()
	needed := map[string]bool{}
	for rows.Next() {
		var number int64
		var event, incident string
		if err := rows.Scan(&number, &event, &incident); err != nil {
			return nil, fmt.Errorf("look what open runs need: %w", err)
		}
		for _, ref := range []string{"run/" + strconv.FormatInt(number, 10), event, incident} {
			needed[ref] = true
		}
	}
	return needed, rows.Err()
}

// bound are the runs that something in force names.
func (r *Store) bound(ctx context.Context) (map[string]bool, error) {
	rows, err := r.DB.Query(ctx, `SELECT run FROM run_agreed UNION SELECT run FROM run_streaks UNION SELECT run FROM run_cooldowns WHERE until > ?`, db.Micros(r.Clock()))
	if err != nil {
		return nil, fmt.Errorf("look which runs are gone by: %w", err)
	}
	defer rows.Close()
	bound := map[string]bool{}
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("look which runs are gone by: %w", err)
		}
		bound["run/"+strconv.FormatInt(n, 10)] = true
	}
	return bound, rows.Err()
}

// ForgetPlans removes plans that no run has any more.
func (r *Store) ForgetPlans(ctx context.Context, s db.Sweep) (db.Swept, error) {
	o := &r.orphans
	if len(o.plans) == 0 {
		if err := r.findOrphans(ctx); err != nil {
			return db.Swept{}, err
		}
	}
	some := o.plans[:min(len(o.plans), s.Most)]
	if len(some) == 0 {
		return db.Swept{Over: true}, nil
	}
	out := db.Swept{}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		out.Removed = 0
		for _, plan := range some {
			// A run that was requested meanwhile may have this plan again.
			n, err := tx.Exec(`DELETE FROM run_plans WHERE plan = ? AND NOT EXISTS (SELECT 1 FROM runs WHERE number > ? AND plan = ?)`, plan, o.last, plan)
			if err != nil {
				return err
			}
			out.Removed += int(n)
		}
		return nil
	})
	if err != nil {
		return db.Swept{}, fmt.Errorf("remove old plans: %w", err)
	}
	o.plans = o.plans[len(some):]
	return out, nil
}

// orphans are plans that no run up to a number has.
type orphans struct {
	plans []string
	last  int64
}

// mostOrphans is how many plans are looked for at once: the look goes through all.
const mostOrphans = 5000

func (r *Store) findOrphans(ctx context.Context) error {
	o := orphans{}
	if err := r.DB.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0) FROM runs`, nil, &o.last); err != nil {
		return fmt.Errorf("look for plans that no run has: %w", err)
	}
	rows, err := r.DB.Query(ctx, `SELECT p.plan FROM run_plans p LEFT JOIN runs r ON r.plan = p.plan LEFT JOIN run_agreed a ON a.plan = p.plan
		WHERE r.number IS NULL AND a.plan IS NULL LIMIT ?`, mostOrphans)
	if err != nil {
		return fmt.Errorf("look for plans that no run has: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var plan string
		if err := rows.Scan(&plan); err != nil {
			return fmt.Errorf("look for plans that no run has: %w", err)
		}
		o.plans = append(o.plans, plan)
	}
	r.orphans = o
	return rows.Err()
}

// ForgetCounts removes what was counted and set for a time that is long over.
func (r *Store) ForgetCounts(ctx context.Context, s db.Sweep) (out db.Swept, err error) {
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		out = db.Swept{Over: true}
		for _, query := range []string{`DELETE FROM run_cooldowns WHERE until < ?`, `DELETE FROM run_mended WHERE time < ?`, `DELETE FROM run_absences WHERE until < ?`} {
			n, err := tx.Exec(query, db.Micros(s.Before))
			if err != nil {
				return err
			}
			out.Removed += int(n)
		}
		return nil
	})
	return out, err
}

// Stock is how many runs are kept, and when the oldest was requested.
func (r *Store) Stock(ctx context.Context) (db.Stock, error) {
	return r.DB.Stock(ctx, "runs", "number", "created")
}

// Removed says whether there was a run of which nothing but evidence is kept.
func (r *Store) Removed(ctx context.Context, number int64) (bool, error) {
	var there int64
	err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM runs WHERE number = ?`, []any{number}, &there)
	if err != nil || there > 0 {
		return false, err
	}
	return db.Given(r.DB.Asking(ctx), "run", number)
}

// noRun says that a run is not there, or no longer.
func noRun(ask func(query string, args []any, dest ...any) error, number int64) error {
	if was, err := db.Given(ask, "run", number); err == nil && was {
		return prentice.NotKept(prentice.NewRef("run", strconv.FormatInt(number, 10)))
	}
	return prentice.Errorf(prentice.NotFound, "no run %d", number).Try("list them with: prentice run list")
}

// spans writes numbers, which grow, as 1-3,5.
func spans(numbers []int64) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.FormatInt(numbers[i], 10)
		if j > i {
			part += "-" + strconv.FormatInt(numbers[j], 10)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ",")
}

// stretch is numbers from one to another.
type stretch struct{ from, to int64 }

// spansIn reads what spans wrote; what is no number is nothing.
func spansIn(text string) (list []stretch) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, found := strings.Cut(part, "-")
		if !found {
			last = first
		}
		from, err1 := strconv.ParseInt(first, 10, 64)
		to, err2 := strconv.ParseInt(last, 10, 64)
		if err1 == nil && err2 == nil && from <= to {
			list = append(list, stretch{from, to})
		}
	}
	return list
}

// ForgetHour removes what no longer counts by the hour.
func (r *Store) ForgetHour(ctx context.Context) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM run_counts WHERE minute < ?`, gate.Minute(r.Clock().Add(-2*time.Hour)))
		return err
	})
}
