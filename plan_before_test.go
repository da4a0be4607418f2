package prentice_test

import (
	"encoding/json"
	"testing"

	"prentice"
)

// A plan that was open before its targets could be chosen is read as it was written: it
// has the same hash, looks at its targets and acts on all of them.
func TestAPlanFromBeforeTargetsWereChosen(t *testing.T) {
	old := `{"digest":"d","event":{},"format":1,"inputs":{},"limits":{"approval_expires":"1h0m0s","cooldown":"0s","max_targets":1,"max_unhealthy":20,"parallel":1,"timeout":"1m0s"},"open":true,"procedure":"p","risk":"change",` +
		`"secrets":[],"steps":[],"summary":"s","targets":[{"local":true,"ref":"host/b"},{"local":true,"ref":"host/a"}],"undoable":false}`
	var p prentice.Plan
	if err := json.Unmarshal([]byte(old), &p); err != nil {
		t.Fatal(err)
	}
	if got := string(p.Canonical()); got != old {
		t.Errorf("written anew it is\n%s\nwas\n%s", got, old)
	}
	if p.Choosing() || len(p.LookedAt()) != 2 || p.LookedAt()[0].Ref != "host/b" || len(p.TargetsOf(prentice.PlannedStep{Section: prentice.Check})) != 2 {
		t.Errorf("it looks at %v, choosing %v", p.LookedAt(), p.Choosing())
	}
}
