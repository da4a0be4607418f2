package runner

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Estate is what the team's files and the watch say of what may be touched.
type Estate interface {
	// Limits are those in force.
	Limits() Limits
	// System is the system of a service, or "".
	System(subject prentice.Ref) prentice.Ref
	// Unmanaged says why something is no business of prentice's, or "".
	Unmanaged(ref prentice.Ref) string
	// Flapping says how a service goes up and down, or "".
	Flapping(ctx context.Context, subject prentice.Ref) (string, error)
	// UnhealthyIn counts like Health within one system.
	UnhealthyIn(ctx context.Context, system prentice.Ref, except []prentice.Ref) (unhealthy, known int, err error)
}

// cooling is a target that a run of the same procedure touched too recently.
type cooling struct {
	target prentice.Ref
	until  time.Time
	run    int64
}

// situate gathers what holdBack needs to know. Whatever cannot be asked is an
// error: a limit that cannot be checked is not passed.
func (r *Runner) situate(ctx context.Context, plan prentice.Plan, actor prentice.ActorKind, record prentice.Record) (s situation, err error) {
	s = situation{now: r.Clock(), limits: r.Estate.Limits(), plan: plan, alone: actor != prentice.Person, stopped: r.Stopped(),
		streaks: map[prentice.HoldCode]streak{}, unmanaged: r.unmanaged(plan)}
	if s.stopped {
		s.why = r.StopSays()
	}
	if s.frozen, s.thaws, err = r.frozen(ctx, plan, s.now); err != nil {
		return s, err
	}
	if plan.Risk == prentice.Look {
		return s, nil // looking harms no one, however sick they are
	}
	for _, ask := range []func(context.Context, *situation) error{r.seeHealth, r.seeCooling, r.seeStreaks, r.seeFlapping, r.seeHour} {
		if err := ask(ctx, &s); err != nil {
			return s, err
		}
	}
	if k := s.streaks[prentice.HoldUseless]; record.Useless > k.times { // kept before streaks were
		s.streaks[prentice.HoldUseless] = streak{name: string(plan.Subject), times: record.Useless}
	}
	return s, nil
}

func (r *Runner) unmanaged(plan prentice.Plan) string {
	if why := r.Estate.Unmanaged(plan.Subject); plan.Subject != "" && why != "" {
		return why
	}
	for _, t := range plan.Targets {
		if why := r.Estate.Unmanaged(t.Ref); why != "" {
			return why
		}
	}
	return ""
}

func (r *Runner) seeHealth(ctx context.Context, s *situation) error {
	except := []prentice.Ref{s.plan.Subject}
	unhealthy, known, err := r.Health.Unhealthy(ctx, except)
	if err != nil {
		return fmt.Errorf("ask how many services are unhealthy: %w", err)
	}
	s.sick = append(s.sick, sick{installation, "", unhealthy, known, s.allowed(installation)})
	in := r.Estate.System(s.plan.Subject)
	if in == "" {
		return nil
	}
	if unhealthy, known, err = r.Estate.UnhealthyIn(ctx, in, except); err != nil {
		return fmt.Errorf("ask how many services of %s are unhealthy: %w", in, err)
	}
	s.sick = append(s.sick, sick{system, string(in), unhealthy, known, s.allowed(system)})
	return nil
}

// allowed is how much may be unhealthy: what the procedure says, or less.
func (s *situation) allowed(layer string) int {
	if n, found := s.limits.Unhealthy[layer]; found {
		return min(n, s.plan.Limits.MaxUnhealthy)
	}
	return s.plan.Limits.MaxUnhealthy
}

func (r *Runner) seeCooling(ctx context.Context, s *situation) error {
	if len(s.plan.Targets) == 0 {
		return nil
	}
	args := []any{s.plan.Procedure, db.Micros(s.now)}
	for _, t := range s.plan.Targets {
		args = append(args, string(t.Ref))
	}
	rows, err := r.DB.Query(ctx, `SELECT target, until, run FROM run_cooldowns WHERE procedure = ? AND until > ?
		AND target IN (?`+strings.Repeat(", ?", len(s.plan.Targets)-1)+`) ORDER BY until DESC`, args...)
	if err != nil {
		return fmt.Errorf("read cool-downs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c cooling
		var until int64
		if err := rows.Scan(&c.target, &until, &c.run); err != nil {
			return fmt.Errorf("read cool-downs: %w", err)
		}
		c.until = db.Time(until)
		s.cooling = append(s.cooling, c)
	}
	return rows.Err()
}

func (r *Runner) seeStreaks(ctx context.Context, s *situation) error {
	names := streakNames(s.plan.Procedure, s.plan.Subject)
	rows, err := r.DB.Query(ctx, `SELECT code, name, times, until, run FROM run_streaks WHERE (code = ? AND name = ?) OR (code = ? AND name = ?) OR (code = ? AND name = ?)`,
		string(prentice.HoldUseless), names[prentice.HoldUseless], string(prentice.HoldFailures), names[prentice.HoldFailures], string(prentice.HoldBackOff), names[prentice.HoldBackOff])
	if err != nil {
		return fmt.Errorf("read what was tried before: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var code prentice.HoldCode
		var k streak
		var until int64
		if err := rows.Scan(&code, &k.name, &k.times, &until, &k.run); err != nil {
			return fmt.Errorf("read what was tried before: %w", err)
		}
		k.until = db.Time(until)
		s.streaks[code] = k
	}
	return rows.Err()
}

func (r *Runner) seeFlapping(ctx context.Context, s *situation) (err error) {
	if !s.alone || s.plan.Subject == "" {
		return nil
	}
	if s.flaps, err = r.Estate.Flapping(ctx, s.plan.Subject); err != nil {
		return fmt.Errorf("ask whether %s goes up and down: %w", s.plan.Subject, err)
	}
	rows, err := r.DB.Query(ctx, `SELECT time FROM run_mended WHERE subject = ? AND time > ? ORDER BY time`, string(s.plan.Subject), db.Micros(s.now.Add(-s.limits.Within)))
	if err != nil {
		return fmt.Errorf("read how often %s was fixed: %w", s.plan.Subject, err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return fmt.Errorf("read how often %s was fixed: %w", s.plan.Subject, err)
		}
		s.fixed = append(s.fixed, db.Time(at))
	}
	return rows.Err()
}

func (r *Runner) seeHour(ctx context.Context, s *situation) (err error) {
	s.uses, s.relief, err = hour(func(query string, args ...any) (*sql.Rows, error) { return r.DB.Query(ctx, query, args...) }, s.limits, s.plan, s.now)
	return err
}
