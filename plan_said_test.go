package prentice_test

import (
	"testing"

	"prentice"
)

func TestAnotherWayOfSayingAStepIsNoOtherPlan(t *testing.T) {
	plan := func(says, body string) prentice.Plan {
		done := prentice.PlannedStep{ID: "b", Body: "true", Says: "is it " + says}
		return prentice.Plan{Digest: "x", Steps: []prentice.PlannedStep{{ID: "a", Section: prentice.Act, Says: says, Body: body, Done: &done}}}
	}
	old := plan("systemctl restart web", "systemctl restart web")
	if now := plan("Restart it", "systemctl restart web"); now.Hash() == old.Hash() || now.SaidAs(old).Hash() != old.Hash() || now.Steps[0].Says != "Restart it" || now.Steps[0].Done.Says != "is it Restart it" {
		t.Error("the words make another plan, or were changed where they stand")
	}
	if other := plan("systemctl restart web", "reboot"); other.SaidAs(old).Hash() == old.Hash() {
		t.Error("another script makes no other plan")
	}
}
