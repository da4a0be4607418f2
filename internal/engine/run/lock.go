package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// GoneThrough is who holds a host that runs go through: no run for itself. Its row is
// what a run that wants the host, and those that go through it, meet at.
const GoneThrough = 0

// key is one row that a run wants of the locks.
type key struct {
	name, via prentice.Ref
	run       int64
}

// Lock takes all of a plan's targets for a run, or none. It says who holds the
// first that is taken. What is reached from a host has a lock of its own, and with
// it no one has the host for itself; others may go through it too. What is wanted
// is sorted, so that two processes that want the same never wait for each other in
// a circle.
func Lock(tx *db.Tx, run int64, targets []prentice.Target, now time.Time) (holder string, err error) {
	through := Vias(targets)
	for some := range slices.Chunk(keys(run, targets, through), atATime) {
		var args []any
		for _, k := range some {
			args = append(args, string(k.name), k.run, db.Micros(now), string(k.via))
		}
		holder, wait, err := lockSome(tx, run, through, "(?, ?, ?, ?)"+strings.Repeat(", (?, ?, ?, ?)", len(some)-1), args)
		if holder == "" && err == nil {
			holder, err = takeHosts(tx, run, wait, now)
		}
		if holder != "" || err != nil {
			return holder, err
		}
	}
	return "", nil
}

// keys are the rows that a run wants, sorted by name.
func keys(run int64, targets []prentice.Target, through map[prentice.Ref]bool) []key {
	list := make([]key, 0, len(targets)+len(through))
	for _, t := range targets {
		list = append(list, key{t.Ref, t.Via.Ref, run})
	}
	for _, host := range slices.Sorted(maps.Keys(through)) {
		list = append(list, key{name: host, run: GoneThrough})
	}
	slices.SortStableFunc(list, func(a, b key) int { return strings.Compare(string(a.name), string(b.name)) })
	return list
}

// Vias are the hosts from which targets are reached.
func Vias(targets []prentice.Target) map[prentice.Ref]bool {
	var set map[prentice.Ref]bool
	for _, t := range targets {
		if t.Via.Ref == "" {
			continue
		}
		if set == nil {
			set = map[prentice.Ref]bool{}
		}
		set[t.Via.Ref] = true
	}
	return set
}

// lockSome takes some rows. passed are hosts that the run wants for itself and that
// others went through at some time.
func lockSome(tx *db.Tx, run int64, through map[prentice.Ref]bool, places string, args []any) (holder string, passed []any, err error) {
	rows, err := tx.Query(`INSERT INTO run_locks (target, run, since, via) VALUES `+places+`
		ON CONFLICT (target) DO UPDATE SET since = run_locks.since RETURNING target, run`, args...)
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var target string
		var by int64
		if err := rows.Scan(&target, &by); err != nil {
			return "", nil, err
		}
		if by == GoneThrough {
			if !through[prentice.Ref(target)] {
				passed = append(passed, target)
			}
			continue
		}
		if by != run && holder == "" {
			holder = fmt.Sprintf("%s is held by run/%d", target, by)
		}
	}
	return holder, passed, errors.Join(rows.Err(), rows.Close())
}

// takeHosts makes hosts a run's own that others went through, or says who still
// does. Their rows are this run's already until it commits, so that no one can
// begin to.
func takeHosts(tx *db.Tx, run int64, hosts []any, now time.Time) (holder string, err error) {
	if len(hosts) == 0 {
		return "", nil
	}
	in := "(?" + strings.Repeat(", ?", len(hosts)-1) + ")"
	rows, err := tx.Query(`SELECT target, run, via FROM run_locks WHERE via IN `+in+` AND run <> ? ORDER BY target LIMIT 1`, append(slices.Clone(hosts), run)...)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var target, via string
		var by int64
		if err := rows.Scan(&target, &by, &via); err != nil {
			return "", err
		}
		holder = fmt.Sprintf("%s is held by run/%d, which acts on %s from there", via, by, target)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || holder != "" {
		return holder, err
	}
	_, err = tx.Exec(`UPDATE run_locks SET run = ?, since = ? WHERE run = 0 AND target IN `+in, append([]any{run, db.Micros(now)}, hosts...)...)
	return "", err
}

// Locked says whether another run holds one of the plan's targets.
func (r *Store) Locked(ctx context.Context, d *Detail) (bool, error) {
	through, wanted := Vias(d.ThePlan.Targets), make(map[prentice.Ref]bool, len(d.Targets))
	for _, target := range d.Targets {
		wanted[target] = true
	}
	rows, err := r.DB.Query(ctx, `SELECT target, via FROM run_locks WHERE run <> ? AND run > 0`, d.Number)
	if err != nil {
		return false, fmt.Errorf("ask who holds the targets of run %d: %w", d.Number, err)
	}
	defer rows.Close()
	held := false
	for rows.Next() {
		var target, via prentice.Ref
		if err := rows.Scan(&target, &via); err != nil {
			return false, err
		}
		held = held || wanted[target] || through[target] || wanted[via]
	}
	return held, errors.Join(rows.Err(), rows.Close())
}

// Release frees targets and place.
func Release(tx *db.Tx, run int64) error {
	if _, err := tx.Exec(`DELETE FROM run_locks WHERE run = ?`, run); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM run_acting WHERE run = ?`, run)
	return err
}
