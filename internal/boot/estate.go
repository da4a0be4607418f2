package boot

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/skill/availability"
)

// estate is what the limits ask of the team's files and of the watch.
type estate struct{ s *System }

func (e estate) Limits() gate.Limits { return e.s.Team.now.Load().limits() }

func (e estate) System(subject prentice.Ref) prentice.Ref {
	for _, service := range e.s.Team.Catalog().Services {
		if service.Ref == subject {
			return service.System
		}
	}
	return ""
}

func (e estate) Unmanaged(ref prentice.Ref) string {
	return e.s.Team.Catalog().Unmanaged(ref)
}

func (e estate) Flapping(ctx context.Context, subject prentice.Ref) (string, error) {
	standings, err := e.s.lookout.Services(ctx)
	for _, st := range standings {
		if st.Ref == subject && st.State == availability.Flapping {
			return st.Says, nil
		}
	}
	return "", err
}

func (e estate) UnhealthyIn(ctx context.Context, system prentice.Ref, except []prentice.Ref) (unhealthy, known int, err error) {
	return e.s.lookout.UnhealthyIn(ctx, system, except)
}

// stopped says whether the kill switch is on, and what is said of it.
func (s *System) stopped(context.Context) (bool, string) { return s.stop.Stopped(), s.stop.Says() }

// paused says whether work that no person started waits.
func (s *System) paused(ctx context.Context) (bool, string) {
	p, err := s.runner.Pause(ctx)
	if err != nil || p == nil {
		return false, ""
	}
	return true, p.Says + ", since " + p.Since.UTC().Format(time.DateTime+" UTC")
}
