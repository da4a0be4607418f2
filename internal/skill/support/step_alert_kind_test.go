package support

import (
	"context"
	"testing"

	"prentice"
	"prentice/internal/engine/runner/kindtest"
)

func TestAlertIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{
		Kind: &AlertKind{Firing: func(ctx context.Context, _ string, _ prentice.Ref) ([]Symptom, error) { return nil, ctx.Err() }},
		Good: prentice.StepSpec{Section: prentice.Check, Risk: prentice.Look, Attrs: map[string]string{"name": "HighErr"}},
	})
}
