package boot

import (
	"context"

	"prentice"
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
