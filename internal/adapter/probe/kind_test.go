package probe_test

import (
	"testing"

	"prentice"
	"prentice/internal/adapter/probe"
	"prentice/internal/engine/runner/kindtest"
)

func TestProbeIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{
		Kind: &probe.Kind{Services: catalog, Prober: probe.New()},
		Good: prentice.StepSpec{Section: prentice.Verify, Risk: prentice.Look, Attrs: map[string]string{"service": "checkout"}},
	})
}
