package runner

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/runner/kindtest"
)

func TestWaitIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{Kind: Wait{}, Good: prentice.StepSpec{Section: prentice.Act, Attrs: map[string]string{"for": "30s"}}})
}

func TestHumanIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{Kind: Human{}, Good: prentice.StepSpec{Section: prentice.Act, Body: "Close the valve."}})
}

func TestAStepGetsTheTimeThatItsKindAsksFor(t *testing.T) {
	r := New(Deps{Performing: Performing{Kinds: []prentice.StepKind{Wait{}, Human{}}}})
	plan := prentice.Plan{Limits: prentice.PlanLimits{Cooldown: "0s", Timeout: "10s", ApprovalExpires: "1h0m0s"}}
	_, limit, _, err := plan.Limits.Times()
	if err != nil {
		t.Fatal(err)
	}
	attrs := map[string]string{"for": "3m", "settle": "1h"}
	for kind, want := range map[string]time.Duration{"wait": limit + 3*time.Minute, "human": limit, "of-a-later-version": limit} {
		if got := r.allowance(plan, prentice.PlannedStep{Kind: kind, Attrs: attrs}); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}
