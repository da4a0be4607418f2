package gate

import (
	"testing"
	"time"

	"prentice"
)

// Checks look at more targets than a plan may act on; once it is known on which it acts,
// these are counted.
func TestTargetsAreCountedOnceTheyAreChosen(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	plan := prentice.Plan{TargetsIf: "c", Open: true, Limits: prentice.PlanLimits{MaxTargets: 1}, Targets: []prentice.Target{{Ref: "host/a"}, {Ref: "host/b"}}}
	f := Facts{Now: now, Limits: Default(), Plan: plan, Cooldowns: []Cooldown{{Target: "host/a", Until: now.Add(time.Hour)}}}
	if h := Check(f); h.Holds() {
		t.Errorf("what is only looked at is held back: %s", h.Says)
	}
	if layers := Layers(plan); len(layers) > 0 && layers[len(layers)-1].Layer == Target {
		t.Errorf("what is only looked at is counted: %v", layers)
	}
	f.Plan.Open = false
	if h := Check(f); h.Code != prentice.HoldManyTargets {
		t.Errorf("two that are chosen are not too many: %+v", h)
	}
	f.Plan.Targets = f.Plan.Targets[:1]
	if h := Check(f); h.Code != prentice.HoldCooldown {
		t.Errorf("one that is chosen does not cool down: %+v", h)
	}
	if layers := Layers(f.Plan); layers[len(layers)-1].Name != "host/a" {
		t.Errorf("one that is chosen is not counted: %v", layers)
	}
}
