package run

import (
	"context"
	"time"

	"prentice/internal/kit/db"
)

// Moving are the runs that someone must perform.
func (r *Store) Moving(ctx context.Context) ([]Idle, error) {
	return r.idle(ctx, `SELECT number, revision FROM runs WHERE `+Movable+` ORDER BY number`)
}

// MovingOf are those of a process that no one wants stopped.
func (r *Store) MovingOf(ctx context.Context, owner string) ([]Idle, error) {
	return r.idle(ctx, `SELECT number, revision FROM runs WHERE `+Movable+` AND owner = ? AND cancel = '' ORDER BY number`, owner)
}

// Awake are the runs that slept until now.
func (r *Store) Awake(ctx context.Context, now time.Time) ([]Idle, error) {
	return r.idle(ctx, `SELECT number, revision FROM runs WHERE wakes > 0 AND wakes <= ? AND ended = 0 ORDER BY wakes`, db.Micros(now))
}

// Late are the runs that people did not answer in time.
func (r *Store) Late(ctx context.Context, now time.Time) ([]int64, error) {
	return r.numbers(ctx, `SELECT number FROM runs WHERE state = 'waiting' AND expires > 0 AND expires <= ? ORDER BY expires`, db.Micros(now))
}

// Proposed are the runs that wait for approval.
func (r *Store) Proposed(ctx context.Context) ([]int64, error) {
	return r.numbers(ctx, `SELECT number FROM runs WHERE state = 'waiting' AND waits = ? ORDER BY number`, WaitsApproval)
}

// ProposedForIncidents are those of them that prentice itself proposed for an incident.
func (r *Store) ProposedForIncidents(ctx context.Context) ([]int64, error) {
	return r.numbers(ctx, `SELECT number FROM runs WHERE state = 'waiting' AND waits = ? AND incident <> '' AND requester = 'self/prentice' ORDER BY number`, WaitsApproval)
}

// UnderWay are the runs that are not over, but for those that wait for approval.
func (r *Store) UnderWay(ctx context.Context) ([]int64, error) {
	return r.numbers(ctx, `SELECT number FROM runs WHERE ended = 0 AND NOT (state = 'waiting' AND waits = ?) ORDER BY number`, WaitsApproval)
}
