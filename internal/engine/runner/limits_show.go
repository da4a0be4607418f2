package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

// LimitState is the limits in force and all that holds runs now.
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
	held, err := r.pausedRuns(ctx)
	return &prentice.Pause{Since: since, Says: says, Held: held}, err
}

// uses is every limit of which something is used, and those of the installation.
func (r *Runner) uses(ctx context.Context, now time.Time) ([]prentice.LimitUse, error) {
	l := r.Estate.Limits()
	uses := []prentice.LimitUse{{Layer: gate.Installation, Per: "hour", Most: l.PerHour[gate.Installation]}, {Layer: gate.Installation, Per: "moment", Most: l.AtOnce[gate.Installation]}}
	rows, err := r.DB.Query(ctx, `SELECT layer, name, SUM(n) FROM run_counts WHERE minute >= ? GROUP BY layer, name ORDER BY layer, name`, gate.Minute(now.Add(-time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("count the runs of the last hour: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		u := prentice.LimitUse{Per: "hour"}
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

func (r *Runner) atOnce(ctx context.Context, l gate.Limits, uses *[]prentice.LimitUse) error {
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

func addUse(uses *[]prentice.LimitUse, l gate.Limits, layer, name string) {
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

// inForce is what holds more than one run now, and how many cool-downs are left out.
func (r *Runner) inForce(ctx context.Context, now time.Time) (list []prentice.InForce, more int, err error) {
	l, kept := r.Estate.Limits(), gate.Kept{}
	if kept.Streaks, err = r.keptStreaks(ctx); err != nil {
		return nil, 0, err
	}
	if kept.Cooldowns, more, err = r.keptCooldowns(ctx, now); err != nil {
		return nil, 0, err
	}
	if kept.Fixed, err = r.keptFixed(ctx, now.Add(-l.Within)); err != nil {
		return nil, 0, err
	}
	return gate.InForce(l, now, kept), more, nil
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
