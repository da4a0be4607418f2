package boot

import "prentice"

// depends says what depends on what, by the catalog in force.
type depends struct{ team *Team }

// Causes implements support.Depends.
func (d depends) Causes(ref prentice.Ref) []prentice.Ref { return d.team.Catalog().Causes(ref) }

// Suffers implements support.Depends.
func (d depends) Suffers(ref prentice.Ref) []prentice.Ref { return d.team.Catalog().Suffers(ref) }
