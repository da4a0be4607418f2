package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// LimitState is the limits in force and all that holds back now.
func (r *Runner) LimitState(ctx context.Context) (out prentice.LimitState, err error) {
	now := r.Clock()
	if out.Stopped = r.Stopped(); out.Stopped {
		out.Why = r.StopSays()
	}
	if out.Pause, err = r.Pause(ctx); err != nil {
		return out, err
	}
	if out.Uses, err = r.uses(ctx, now); err != nil {
		return out, err
	}
	if out.InForce, out.More, err = r.inForce(ctx, now); err != nil {
		return out, err
	}
	out.Locks, err = r.Locks(ctx)
	return out, err
}

// Pause says whether work that no person started is paused, and what is held; nil
// when it is not.
func (r *Runner) Pause(ctx context.Context) (*prentice.Pause, error) {
	since, says, err := r.pausedSince(ctx)
	if err != nil || since.IsZero() {
		return nil, err
	}
	held, err := r.heldRuns(ctx)
	return &prentice.Pause{Since: since, Says: says, Held: held}, err
}

// uses is every limit of which something is used, and those of the installation.
func (r *Runner) uses(ctx context.Context, now time.Time) ([]prentice.LimitUse, error) {
	l := r.Estate.Limits()
	uses := []prentice.LimitUse{{Layer: installation, Per: "hour", Most: l.PerHour[installation]}, {Layer: installation, Per: "moment", Most: l.AtOnce[installation]}}
	rows, err := r.DB.Query(ctx, `SELECT layer, name, SUM(n) FROM run_counts WHERE minute >= ? GROUP BY layer, name ORDER BY layer, name`, minute(now.Add(-time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count the runs of the last hour: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		u := prentice.LimitUse{Per: "hour"}
		if err := rows.Scan(&u.Layer, &u.Name, &u.Used); err != nil {
			return nil, err
		}
		if u.Layer == installation {
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

func (r *Runner) atOnce(ctx context.Context, l Limits, uses *[]prentice.LimitUse) error {
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
		addUse(uses, l, system, in)
		addUse(uses, l, service, subject)
	}
	return rows.Err()
}

func addUse(uses *[]prentice.LimitUse, l Limits, layer, name string) {
	if name == "" {
		return
	}
	for i, u := range *uses {
		if u.Per == "moment" && u.Layer == layer && u.Name == name {
			(*uses)[i].Used++
			return
		}
	}
	*uses = append(*uses, prentice.LimitUse{Layer: layer, Name: name, Per: "moment", Used: 1, Most: l.AtOnce[layer]})
}

// inForce is what holds back something, and not only one run: cool-downs, times
// to wait after failures, and what was mended too often.
// More is how many cool-downs are left out.
func (r *Runner) inForce(ctx context.Context, now time.Time) (list []prentice.InForce, more int, err error) {
	l := r.Estate.Limits()
	list = []prentice.InForce{}
	add := func(code prentice.HoldCode, name string, run int64, when time.Time, says string, args ...any) {
		way := "an owner overrides it with: " + liftCommand(code, name)
		list = append(list, prentice.InForce{Name: name, Run: run, HoldBack: until(when, way, code, says, args...)})
	}
	rows, err := r.DB.Query(ctx, `SELECT code, name, times, until, run FROM run_streaks ORDER BY code, name`)
	type kept struct {
		streak
		code   prentice.HoldCode
		unread error
	}
	streaks, err := db.List(rows, err, func(scan func(...any) error, k *kept) error {
		var ends int64
		err := scan(&k.code, &k.name, &k.times, &ends, &k.run)
		k.until = db.Time(ends)
		return err
	}, func(k *kept, why error) { k.unread = why })
	if err != nil {
		return nil, 0, fmt.Errorf("read what was tried before: %w", err)
	}
	for _, k := range streaks {
		code := k.code
		switch {
		case k.unread != nil:
			add(code, k.name, k.run, time.Time{}, "%s: %v", k.name, k.unread)
		case code == prentice.HoldUseless && k.times >= l.Useless:
			add(code, k.name, k.run, time.Time{}, "the last %d runs on %s did not help", k.times, k.name)
		case code == prentice.HoldFailures && now.Before(k.until):
			add(code, k.name, k.run, k.until, "%s failed %d times in a row", k.name, k.times)
		case code == prentice.HoldBackOff && now.Before(k.until):
			what, on, _ := strings.Cut(k.name, "@")
			add(code, k.name, k.run, k.until, "%s did not help %s", what, on)
		}
	}
	if more, err = r.coolingNow(ctx, now, add); err != nil {
		return nil, 0, err
	}
	return list, more, r.fixedOften(ctx, now, l, add)
}

type adder func(code prentice.HoldCode, name string, run int64, when time.Time, says string, args ...any)

// coolingNow adds the cool-downs, and says how many more there are than are added.
func (r *Runner) coolingNow(ctx context.Context, now time.Time, add adder) (more int, err error) {
	var all int
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM run_cooldowns WHERE until > ?`, []any{db.Micros(now)}, &all); err != nil {
		return 0, fmt.Errorf("count cool-downs: %w", err)
	}
	rows, err := r.DB.Query(ctx, `SELECT procedure, target, until, run FROM run_cooldowns WHERE until > ? ORDER BY target, procedure LIMIT ?`, db.Micros(now), mostListed)
	_, err = db.List(rows, err, func(scan func(...any) error, _ *struct{}) error {
		var name, on string
		var ends, run int64
		err := scan(&name, &on, &ends, &run)
		add(prentice.HoldCooldown, on, run, db.Time(ends), "%s was touched by %s", on, name)
		return err
	}, nil)
	if err != nil {
		return 0, fmt.Errorf("read cool-downs: %w", err)
	}
	return max(0, all-mostListed), nil
}

func (r *Runner) fixedOften(ctx context.Context, now time.Time, l Limits, add adder) error {
	rows, err := r.DB.Query(ctx, `SELECT subject, COUNT(*), MIN(time), MAX(run) FROM run_mended WHERE time > ? GROUP BY subject ORDER BY subject`, db.Micros(now.Add(-l.Within)))
	if err != nil {
		return fmt.Errorf("read what was fixed: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var subject string
		var times int
		var first, run int64
		if err := rows.Scan(&subject, &times, &first, &run); err != nil {
			return err
		}
		if times >= l.Fixed {
			add(prentice.HoldFlapping, subject, run, db.Time(first).Add(l.Within), "%s was fixed %d times within %s without a person", subject, times, brief(l.Within))
		}
	}
	return rows.Err()
}

// Locks are the targets that runs hold.
func (r *Runner) Locks(ctx context.Context) ([]prentice.TargetLock, error) {
	rows, err := r.DB.Query(ctx, `SELECT l.target, l.run, r.procedure, r.state, l.since, l.via FROM run_locks l JOIN runs r ON r.number = l.run ORDER BY l.since, l.target`)
	list, err := db.List(rows, err, func(scan func(...any) error, t *prentice.TargetLock) error {
		var since int64
		err := scan(&t.Target, &t.Run, &t.Procedure, &t.State, &since, &t.Via)
		t.Since = db.Time(since)
		return err
	}, func(*prentice.TargetLock, error) {}) // it holds its target, whatever else is known of it
	if err != nil {
		return nil, fmt.Errorf("read locks: %w", err)
	}
	return list, nil
}
