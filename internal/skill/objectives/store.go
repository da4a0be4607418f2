package objectives

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/kit/db"
)

// How long counts are kept.
const (
	keepMinutes = 35 * 24 * time.Hour
	keepHours   = 400 * 24 * time.Hour
)

const (
	minute = int64(60)
	hour   = int64(3600)
)

type store struct{ db *db.DB }

// add adds counts to their minutes and hours, in one write.
func (s store) add(ctx context.Context, list map[cell]counted) error {
	cells := slices.SortedFunc(maps.Keys(list), func(a, b cell) int { // in one order, so that writers do not wait for each other
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.source, b.source), cmp.Compare(a.minute, b.minute))
	})
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, c := range cells {
			n := list[c]
			for step, slot := range map[int64]int64{minute: c.minute, hour: c.minute / 60} {
				if _, err := tx.Exec(`INSERT INTO objective_counts (service, source, step, slot, good, bad, unknown, mgood, mbad, munknown) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
					ON CONFLICT (service, source, step, slot) DO UPDATE SET good = objective_counts.good + excluded.good, bad = objective_counts.bad + excluded.bad, unknown = objective_counts.unknown + excluded.unknown,
						mgood = objective_counts.mgood + excluded.mgood, mbad = objective_counts.mbad + excluded.mbad, munknown = objective_counts.munknown + excluded.munknown`,
					string(c.service), c.source, step, slot, n.plain.Good, n.plain.Bad, n.plain.Unknown, n.during.Good, n.during.Bad, n.during.Unknown); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

const sums = `COALESCE(SUM(good), 0), COALESCE(SUM(bad), 0), COALESCE(SUM(unknown), 0), COALESCE(SUM(mgood), 0), COALESCE(SUM(mbad), 0), COALESCE(SUM(munknown), 0)`

// sum is what was counted for an objective from one minute on and before another. Whole hours are
// read as such.
func (s store) sum(ctx context.Context, o objective.Objective, from, to int64) (objective.Counts, objective.Counts, error) {
	first, last := (from+59)/60, to/60 // hours
	parts := []struct{ step, from, to int64 }{{minute, from, min(first*60, to)}, {hour, first, last}, {minute, max(last*60, first*60), to}}
	if first >= last {
		parts = parts[:0]
		parts = append(parts, struct{ step, from, to int64 }{minute, from, to})
	}
	var all counted
	for _, p := range parts {
		if p.from >= p.to {
			continue
		}
		var c counted
		if err := s.db.QueryRow(ctx, `SELECT `+sums+` FROM objective_counts WHERE service = ? AND source = ? AND step = ? AND slot >= ? AND slot < ?`,
			[]any{string(o.Service), o.Indicator.Key(), p.step, p.from, p.to}, &c.plain.Good, &c.plain.Bad, &c.plain.Unknown, &c.during.Good, &c.during.Bad, &c.during.Unknown); err != nil {
			return objective.Counts{}, objective.Counts{}, fmt.Errorf("read what was counted for %s: %w", o.Name, err)
		}
		all.plain, all.during = all.plain.Plus(c.plain), all.during.Plus(c.during)
	}
	return all.of(o), all.during, nil
}

// of is what counts for an objective.
func (c counted) of(o objective.Objective) objective.Counts {
	if o.Excludes {
		return c.plain
	}
	return c.plain.Plus(c.during)
}

// first is the first minute that is kept for an objective; there says whether there is one.
func (s store) first(ctx context.Context, o objective.Objective) (at time.Time, err error) {
	var slot sql.NullInt64
	err = s.db.QueryRow(ctx, `SELECT MIN(slot) FROM objective_counts WHERE service = ? AND source = ? AND step = ?`, []any{string(o.Service), o.Indicator.Key(), minute}, &slot)
	if err != nil || !slot.Valid {
		return time.Time{}, err
	}
	return objective.StartOf(slot.Int64), nil
}

// last is the last minute that is kept for an objective; 0 is none.
func (s store) last(ctx context.Context, o objective.Objective) (slot int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE(MAX(slot), 0) FROM objective_counts WHERE service = ? AND source = ? AND step = ?`, []any{string(o.Service), o.Indicator.Key(), minute}, &slot)
	return slot, err
}

// read is what was counted for an objective from a slot of a step on, in order.
func (s store) read(ctx context.Context, o objective.Objective, step, from int64) ([]objective.Minute, error) {
	rows, err := s.db.Query(ctx, `SELECT slot, good, bad, unknown, mgood, mbad, munknown FROM objective_counts WHERE service = ? AND source = ? AND step = ? AND slot >= ? ORDER BY slot`,
		string(o.Service), o.Indicator.Key(), step, from)
	list, err := db.List(rows, err, func(scan func(...any) error, m *objective.Minute) error {
		var c counted
		err := scan(&m.At, &c.plain.Good, &c.plain.Bad, &c.plain.Unknown, &c.during.Good, &c.during.Bad, &c.during.Unknown)
		m.Counts = c.of(o)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what was counted for %s: %w", o.Name, err)
	}
	return list, nil
}

// prune forgets what is old.
func (s store) prune(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for step, keep := range map[int64]time.Duration{minute: keepMinutes, hour: keepHours} {
			if _, err := tx.Exec(`DELETE FROM objective_counts WHERE step = ? AND slot < ?`, step, now.Add(-keep).Unix()/step); err != nil {
				return err
			}
		}
		return nil
	})
}

// Armed is an objective whose rules call people.
type Armed struct {
	objective.Objective
	By    prentice.Ref      `json:"by"`
	Since time.Time         `json:"since"`
	Saw   []objective.Fired `json:"saw"` // when they would have fired, as was known then
}

// state is what is kept of an objective.
type state struct {
	Armed *Armed                     `json:"armed,omitempty"`
	Rules map[string]objective.State `json:"rules,omitempty"`
}

// states are all that are kept. One that cannot be read is told, and hides no other.
func (s store) states(ctx context.Context) (map[string]state, error) {
	rows, err := s.db.Query(ctx, `SELECT name, state FROM objective_states`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]state{}
	var unread error
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		var one state
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			unread = errors.Join(unread, fmt.Errorf("what is armed of %s cannot be read: %w", name, err))
			continue
		}
		all[name] = one
	}
	return all, errors.Join(unread, rows.Err())
}

// put keeps a state; one of which nothing is armed and nothing fires is forgotten.
func (s store) put(ctx context.Context, name string, one state) error {
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if one.Armed == nil {
			_, err := tx.Exec(`DELETE FROM objective_states WHERE name = ?`, name)
			return err
		}
		_, err := tx.Exec(`INSERT INTO objective_states (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state`, name, string(text))
		return err
	})
}
