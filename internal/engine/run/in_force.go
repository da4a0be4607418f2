package run

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// KeptStreaks are all that did not help, by name.
func (r *Store) KeptStreaks(ctx context.Context) ([]gate.KeptStreak, error) {
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

// KeptCooldowns are the cool-downs, and how many more there are than are listed.
func (r *Store) KeptCooldowns(ctx context.Context, now time.Time) (list []gate.KeptCooldown, more int, err error) {
	var all int
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM run_cooldowns WHERE until > ?`, []any{db.Micros(now)}, &all); err != nil {
		return nil, 0, fmt.Errorf("count cool-downs: %w", err)
	}
	rows, err := r.DB.Query(ctx, `SELECT procedure, target, until, run FROM run_cooldowns WHERE until > ? ORDER BY target, procedure LIMIT ?`, db.Micros(now), MostListed)
	list, err = db.List(rows, err, func(scan func(...any) error, c *gate.KeptCooldown) error {
		var ends int64
		err := scan(&c.Procedure, &c.Target, &ends, &c.Run)
		c.Until = db.Time(ends)
		return err
	}, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("read cool-downs: %w", err)
	}
	return list, max(0, all-MostListed), nil
}

// KeptFixed is how often each subject was fixed without a person since a time.
func (r *Store) KeptFixed(ctx context.Context, since time.Time) (list []gate.OftenFixed, err error) {
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

// Uses is every limit of which something is used, and those of the installation.
func (r *Store) Uses(ctx context.Context, l gate.Limits, now time.Time) ([]gate.LimitUse, error) {
	uses := []gate.LimitUse{{Layer: gate.Installation, Per: "hour", Most: l.PerHour[gate.Installation]}, {Layer: gate.Installation, Per: "moment", Most: l.AtOnce[gate.Installation]}}
	rows, err := r.DB.Query(ctx, `SELECT layer, name, SUM(n) FROM run_counts WHERE minute >= ? GROUP BY layer, name ORDER BY layer, name`, gate.Minute(now.Add(-time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count the runs of the last hour: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		u := gate.LimitUse{Per: "hour"}
		if err := rows.Scan(&u.Layer, &u.Name, &u.Used); err != nil {
			return nil, err
		}
		if u.Layer == gate.Installation {
			uses[0].Used = u.Used
			continue
		}
		u.Most = l.PerHour[u.Layer]
		uses = append(uses, u)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return uses, r.atOnce(ctx, l, &uses)
}

func (r *Store) atOnce(ctx context.Context, l gate.Limits, uses *[]gate.LimitUse) error {
	rows, err := r.DB.Query(ctx, `SELECT subject, system FROM run_acting ORDER BY run`)
	if err != nil {
		return fmt.Errorf("count the runs that act: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var subject, in string
		if err := rows.Scan(&subject, &in); err != nil {
			return err
		}
		(*uses)[1].Used++
		addUse(uses, l, gate.System, in)
		addUse(uses, l, gate.Service, subject)
	}
	return rows.Err()
}

func addUse(uses *[]gate.LimitUse, l gate.Limits, layer, name string) {
	if name == "" {
		return
	}
	for i, u := range *uses {
		if u.Per == "moment" && u.Layer == layer && u.Name == name {
			(*uses)[i].Used++
			return
		}
	}
	*uses = append(*uses, gate.LimitUse{Layer: layer, Name: name, Per: "moment", Used: 1, Most: l.AtOnce[layer]})
}

// Locks are the targets that runs hold.
func (r *Store) Locks(ctx context.Context) ([]TargetLock, error) {
	rows, err := r.DB.Query(ctx, `SELECT l.target, l.run, r.procedure, r.state, l.since, l.via FROM run_locks l JOIN runs r ON r.number = l.run ORDER BY l.since, l.target`)
	list, err := db.List(rows, err, func(scan func(...any) error, t *TargetLock) error {
		var since int64
		err := scan(&t.Target, &t.Run, &t.Procedure, &t.State, &since, &t.Via)
		t.Since = db.Time(since)
		return err
	}, func(*TargetLock, error) {}) // it holds its target, whatever else is known of it
	if err != nil {
		return nil, fmt.Errorf("read locks: %w", err)
	}
	return list, nil
}

// Override ends the hold on a name, and says how many rows there were of it.
func Override(tx *db.Tx, code prentice.HoldCode, name string, now time.Time) (int64, error) {
	switch code {
	case prentice.HoldCooldown:
		return tx.Exec(`DELETE FROM run_cooldowns WHERE target = ? AND until > ?`, name, db.Micros(now))
	case prentice.HoldFlapping:
		return tx.Exec(`DELETE FROM run_mended WHERE subject = ?`, name)
	case prentice.HoldOverLimit:
		if name == gate.Installation {
			return tx.Exec(`DELETE FROM run_counts WHERE layer = ?`, gate.Installation)
		}
		return tx.Exec(`DELETE FROM run_counts WHERE name = ? AND layer <> ?`, name, gate.Installation)
	case prentice.HoldUseless:
		if _, err := tx.Exec(`DELETE FROM run_useless WHERE subject = ?`, name); err != nil {
			return 0, err
		}
		return tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(code), name)
	case prentice.HoldFailures, prentice.HoldBackOff:
		return tx.Exec(`DELETE FROM run_streaks WHERE code = ? AND name = ?`, string(code), name)
	}
	return 0, prentice.Errorf(prentice.Invalid, "%q cannot be overridden", code).Try("one of %v can", gate.Overridable())
}
