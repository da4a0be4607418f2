package design

import (
	"context"

	"prentice"
)

// sampleProbe is the kind of probe sample: whatever it is asked of passes.
type sampleProbe struct{}

func (sampleProbe) Name() string                           { return "sample" }
func (sampleProbe) Keys() []string                         { return nil }
func (sampleProbe) Lint(prentice.Probe) []prentice.Finding { return nil }
func (sampleProbe) Says(prentice.Probe) string             { return "is there" }
func (sampleProbe) Machine(prentice.Probe) string          { return "" }
func (sampleProbe) Look(context.Context, prentice.Probe) prentice.Observation {
	return prentice.Observation{Truth: prentice.Pass, Says: "it is there"}
}

var _ prentice.ProbeKind = sampleProbe{}
