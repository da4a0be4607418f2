package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/gate"
)

// Estate is what the team's files and the watch say of what may be touched.
type Estate interface {
	// Limits are those in force.
	Limits() gate.Limits
	// System is the system of a service, or "".
	System(subject prentice.Ref) prentice.Ref
	// Unmanaged says why something is no business of prentice's, or "".
	Unmanaged(ref prentice.Ref) string
	// Flapping says how a service goes up and down, or "".
	Flapping(ctx context.Context, subject prentice.Ref) (string, error)
	// UnhealthyIn counts like Health within one system.
	UnhealthyIn(ctx context.Context, system prentice.Ref, except []prentice.Ref) (unhealthy, known int, err error)
}

// facts gathers what the gate needs to know. Whatever cannot be asked is an error: a
// limit that cannot be checked is not passed.
func (r *Runner) facts(ctx context.Context, plan prentice.Plan, actor prentice.ActorKind, record prentice.Record) (s gate.Facts, err error) {
	s = gate.Facts{Now: r.Clock(), Limits: r.Estate.Limits(), Plan: plan, Alone: actor != prentice.Person, Stopped: r.Stopped(),
		Streaks: map[prentice.HoldCode]gate.Streak{}, Unmanaged: r.unmanaged(plan)}
	if s.Stopped {
		s.Why = r.StopSays()
	}
	if s.Frozen, s.Thaws, err = r.frozen(ctx, plan, s.Now); err != nil {
		return s, err
	}
	if plan.Risk == prentice.Look {
		return s, nil // looking harms no one, however sick they are
	}
	for _, ask := range []func(context.Context, *gate.Facts) error{r.seeHealth, r.Cooldowns, r.Streaks, r.seeFlapping, r.seeHour} {
		if err := ask(ctx, &s); err != nil {
			return s, err
		}
	}
	if k := s.Streaks[prentice.HoldUseless]; record.Useless > k.Times { // kept before streaks were
		s.Streaks[prentice.HoldUseless] = gate.Streak{Name: string(plan.Subject), Times: record.Useless}
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

func (r *Runner) seeHealth(ctx context.Context, s *gate.Facts) error {
	except := []prentice.Ref{s.Plan.Subject}
	unhealthy, known, err := r.Health.Unhealthy(ctx, except)
	if err != nil {
		return fmt.Errorf("ask how many services are unhealthy: %w", err)
	}
	s.Health = append(s.Health, gate.Health{Layer: gate.Installation, Unhealthy: unhealthy, Known: known, Allowed: s.Limits.Allowed(gate.Installation, s.Plan)})
	in := r.Estate.System(s.Plan.Subject)
	if in == "" {
		return nil
	}
	if unhealthy, known, err = r.Estate.UnhealthyIn(ctx, in, except); err != nil {
		return fmt.Errorf("ask how many services of %s are unhealthy: %w", in, err)
	}
	s.Health = append(s.Health, gate.Health{Layer: gate.System, Name: string(in), Unhealthy: unhealthy, Known: known, Allowed: s.Limits.Allowed(gate.System, s.Plan)})
	return nil
}

func (r *Runner) seeFlapping(ctx context.Context, s *gate.Facts) (err error) {
	if !s.Alone || s.Plan.Subject == "" {
		return nil
	}
	if s.Flaps, err = r.Estate.Flapping(ctx, s.Plan.Subject); err != nil {
		return fmt.Errorf("ask whether %s goes up and down: %w", s.Plan.Subject, err)
	}
	s.Fixed, err = r.Fixed(ctx, s.Plan.Subject, s.Now.Add(-s.Limits.Within))
	return err
}

func (r *Runner) seeHour(ctx context.Context, s *gate.Facts) (err error) {
	s.Hour, err = r.Hour(ctx, s.Limits, s.Plan, s.Now)
	return err
}
