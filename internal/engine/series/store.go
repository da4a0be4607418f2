package series

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/kit/db"
)

// Add adds points of five minutes to a series, and to its hours and days, within the
// caller's transaction.
func (s *Store) Add(tx *db.Tx, k Key, points ...Point) error {
	for _, p := range points {
		if err := add(tx, k, Fine, p); err != nil {
			return err
		}
	}
	for _, step := range []Step{Hour, Day} {
		for _, p := range Rolled(points, step) {
			if err := add(tx, k, step, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func add(tx *db.Tx, k Key, step Step, p Point) error {
	if p.Count == 0 {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO series_points (kind, about, name, step, slot, n, total, least, most) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (about, kind, name, step, slot) DO UPDATE SET n = series_points.n + excluded.n, total = series_points.total + excluded.total,
			least = CASE WHEN excluded.least < series_points.least THEN excluded.least ELSE series_points.least END,
			most = CASE WHEN excluded.most > series_points.most THEN excluded.most ELSE series_points.most END`,
		k.Kind, string(k.About), k.Name, step.seconds(), p.Slot, p.Count, p.Sum, p.Min, p.Max)
	if err != nil {
		return fmt.Errorf("add to the series %s of %s: %w", k.Kind, k.About, err)
	}
	return nil
}

// Read hands over the points of a step from a slot on, of all series or of those about
// one thing, each series in the order of its slots. What of a point cannot be read is
// told to unread, and hides no other.
func (s *Store) Read(ctx context.Context, about prentice.Ref, step Step, from int64, point func(Key, Point), unread func(Key, error)) error {
	query, args := `SELECT kind, about, name, slot, n, total, least, most FROM series_points WHERE step = ? AND slot >= ?`, []any{step.seconds(), from}
	if about != "" {
		query, args = query+` AND about = ?`, append(args, string(about))
	}
	rows, err := s.DB.Query(ctx, query+` ORDER BY about, kind, name, slot`, args...)
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k Key
		var p Point
		if err := rows.Scan(&k.Kind, &k.About, &k.Name, &p.Slot, &p.Count, &p.Sum, &p.Min, &p.Max); err != nil {
			unread(k, err) // SQLite keeps words where numbers belong
			continue
		}
		point(k, p)
	}
	return rows.Err()
}

// Forget removes the points of a step that ended before a moment, some at a time.
func (s *Store) Forget(step Step) func(context.Context, db.Sweep) (db.Swept, error) {
	return func(ctx context.Context, sweep db.Sweep) (out db.Swept, err error) {
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			var removed int64
			end := step.Slot(sweep.Before)
			removed, out.Over, err = forget(tx, step, end, sweep.Most)
			out.Removed = int(removed)
			return err
		})
		if err != nil {
			return db.Swept{}, fmt.Errorf("remove old points of series: %w", err)
		}
		return out, nil
	}
}

// forget removes points before a slot, whole slots at a time: about as many as most,
// or more where one slot has more.
func forget(tx *db.Tx, step Step, end int64, most int) (removed int64, over bool, err error) {
	rows, err := tx.Query(`SELECT slot FROM series_points WHERE step = ? AND slot < ? ORDER BY slot LIMIT ?`, step.seconds(), end, most)
	if err != nil {
		return 0, false, err
	}
	seen, last := 0, int64(0)
	for rows.Next() {
		if err := rows.Scan(&last); err != nil {
			rows.Close()
			return 0, false, err
		}
		seen++
	}
	rows.Close()
	if err := rows.Err(); err != nil || seen == 0 {
		return 0, true, err
	}
	removed, err = tx.Exec(`DELETE FROM series_points WHERE step = ? AND slot <= ?`, step.seconds(), last)
	return removed, seen < most, err
}

// Stock is how many points of a step are kept, and when the oldest began.
func (s *Store) Stock(step Step) func(context.Context) (db.Stock, error) {
	return func(ctx context.Context) (k db.Stock, err error) {
		var oldest int64
		err = s.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(slot), 0) FROM series_points WHERE step = ?`, []any{step.seconds()}, &k.Rows, &oldest)
		if k.Rows > 0 {
			k.Oldest = step.Start(oldest)
		}
		return k, err
	}
}

// Remove removes all points about one thing, within the caller's transaction.
func (s *Store) Remove(tx *db.Tx, about prentice.Ref) error {
	if _, err := tx.Exec(`DELETE FROM series_points WHERE about = ?`, string(about)); err != nil {
		return fmt.Errorf("remove the series of %s: %w", about, err)
	}
	return nil
}
