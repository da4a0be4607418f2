package boot

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/skill"
	"prentice/internal/skill/oncall"
	"prentice/internal/skill/support"
)

// depends says what depends on what, by the catalog in force.
type depends struct{ team *Team }

// Causes implements support.Depends.
func (d depends) Causes(ref prentice.Ref) []prentice.Ref { return d.team.Catalog().Causes(ref) }

// Suffers implements support.Depends.
func (d depends) Suffers(ref prentice.Ref) []prentice.Ref { return d.team.Catalog().Suffers(ref) }

// around is all that a fault of ref may have come from.
func (d depends) around(ref prentice.Ref) (list []support.Neighbour) {
	for _, n := range d.team.Catalog().Around(ref) {
		list = append(list, support.Neighbour{Ref: n.Ref, Hops: n.Hops, Below: n.Below})
	}
	return list
}

// riskOf is what a run may have changed.
func (s *System) riskOf(ctx context.Context, number int64) (prentice.Risk, error) {
	v, err := s.runner.Show(ctx, number)
	return v.Risk, err
}

// spent is what of the budgets of a service's objectives went in a span.
func (s *System) spent(ctx context.Context, subject prentice.Ref, from, until time.Time) ([]string, error) {
	return s.owed.Spent(ctx, time.Now(), subject, from, until)
}

// onDuty is who is on call now and next.
func (s *System) onDuty(ctx context.Context, now time.Time) (list []support.OnDuty, err error) {
	lines, err := skill.At[*oncall.Desk](s.Skills).OnDuty(ctx, now)
	for _, l := range lines {
		list = append(list, support.OnDuty{Rota: l.Name, Person: l.Person, Until: l.Until, Next: l.Next})
	}
	return list, err
}
