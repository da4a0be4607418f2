package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// mostUseless is how many runs in a row may fail to help one subject before
// prentice stops trying by itself and calls a person.
const mostUseless = 2

// situation is all that the limits look at.
type situation struct {
	now              time.Time
	plan             prentice.Plan
	self             bool // nobody asked: an event or a schedule did
	stopped          bool
	unhealthy, known int
	cooling          []cooling
	useless          int
	frozen           string // by the calendar
}

// cooling is a target that a run of the same procedure touched too recently.
type cooling struct {
	target prentice.Ref
	until  time.Time
	run    int64
}

// holdBack says why a plan must not be performed now, or "".
func holdBack(s situation) string {
	switch {
	case s.stopped:
		return "everything is stopped: the stop file exists; remove it with prentice resume-all"
	case s.frozen != "":
		return s.frozen
	case len(s.plan.Targets) == 0:
		return "the plan has no targets, and empty is never all"
	case len(s.plan.Targets) > s.plan.Limits.MaxTargets:
		return fmt.Sprintf("%d targets, and the procedure's max_targets is %d", len(s.plan.Targets), s.plan.Limits.MaxTargets)
	case len(s.cooling) > 0:
		c := s.cooling[0]
		return fmt.Sprintf("%s was touched by run/%d; it cools down for another %s", c.target, c.run, c.until.Sub(s.now).Round(time.Second))
	case s.known > 0 && s.unhealthy*100 > s.known*s.plan.Limits.MaxUnhealthy:
		return fmt.Sprintf("%d of %d other services are unhealthy, more than %d %%: this is not the fault the procedure is for; call a person", s.unhealthy, s.known, s.plan.Limits.MaxUnhealthy)
	case s.self && s.useless >= mostUseless:
		return fmt.Sprintf("the last %d runs on %s did not help; a person must look", s.useless, s.plan.Subject)
	}
	return ""
}

// situate gathers what holdBack needs to know. Whatever cannot be asked is an
// error: a limit that cannot be checked is not passed.
func (r *Runner) situate(ctx context.Context, plan prentice.Plan, actor prentice.ActorKind, record prentice.Record) (s situation, err error) {
	s = situation{now: r.Clock(), plan: plan, self: actor == prentice.Self, stopped: r.Stopped(), useless: record.Useless}
	if plan.Risk == prentice.Look {
		return s, nil // looking harms nobody, however sick they are
	}
	if s.frozen, err = r.frozen(ctx, plan, s.now); err != nil {
		return s, err
	}
	if s.unhealthy, s.known, err = r.Health.Unhealthy(ctx, []prentice.Ref{plan.Subject}); err != nil {
		return s, fmt.Errorf("ask how many services are unhealthy: %w", err)
	}
	s.cooling, err = r.cooling(ctx, plan, s.now)
	return s, err
}

func (r *Runner) cooling(ctx context.Context, plan prentice.Plan, now time.Time) ([]cooling, error) {
	if len(plan.Targets) == 0 {
		return nil, nil
	}
	args := []any{plan.Procedure, db.Micros(now)}
	for _, t := range plan.Targets {
		args = append(args, string(t.Ref))
	}
	rows, err := r.DB.Query(ctx, `SELECT target, until, run FROM run_cooldowns WHERE procedure = ? AND until > ?
		AND target IN (?`+strings.Repeat(", ?", len(plan.Targets)-1)+`) ORDER BY until DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("read cool-downs: %w", err)
	}
	defer rows.Close()
	var list []cooling
	for rows.Next() {
		var c cooling
		var until int64
		if err := rows.Scan(&c.target, &until, &c.run); err != nil {
			return nil, fmt.Errorf("read cool-downs: %w", err)
		}
		c.until = db.Time(until)
		list = append(list, c)
	}
	return list, rows.Err()
}
