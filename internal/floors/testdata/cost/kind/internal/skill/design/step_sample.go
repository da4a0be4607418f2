package design

import (
	"context"

	"prentice"
)

// sampleKind is the step kind sample: nothing is to be done, and it is.
type sampleKind struct{}

func (sampleKind) Name() string                              { return "sample" }
func (sampleKind) Needs() prentice.StepNeeds                 { return prentice.StepNeeds{} }
func (sampleKind) Lint(prentice.StepSpec) []prentice.Finding { return nil }
func (sampleKind) Says(prentice.PlannedStep) string          { return "nothing" }
func (sampleKind) Apply(context.Context, prentice.Work) (prentice.Outcome, error) {
	return prentice.Outcome{OK: true}, nil
}
func (sampleKind) Done(context.Context, prentice.Work) (prentice.Answer, error) {
	return prentice.Yes, nil
}

var _ prentice.StepKind = sampleKind{}
