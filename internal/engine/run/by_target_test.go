package run_test

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func TestTargetsAreGroupedByHowTheyStand(t *testing.T) {
	plan := prentice.Plan{
		Targets: []prentice.Target{{Ref: "host/a"}, {Ref: "host/b"}, {Ref: "host/c"}, {Ref: "host/d"}, {Ref: "host/e"}, {Ref: "host/f"}},
		Steps:   []prentice.PlannedStep{{ID: "one", Section: prentice.Act, Where: "target"}, {ID: "two", Section: prentice.Act, Where: "target"}, {ID: "back", Section: prentice.Undo, Where: "target"}},
	}
	rec := func(step string, section prentice.Section, target prentice.Ref, state run.StepState) run.StepRecord {
		return run.StepRecord{Step: step, Section: section, Target: target, State: state}
	}
	d := run.View{ThePlan: plan, Steps: []run.StepRecord{
		rec("one", prentice.Act, "host/a", run.Done), rec("two", prentice.Act, "host/a", run.WasDone),
		rec("one", prentice.Act, "host/b", run.NotDone), rec("back", prentice.Undo, "host/b", run.Done),
		rec("one", prentice.Act, "host/c", run.Done), rec("two", prentice.Act, "host/c", run.NotDone),
		rec("one", prentice.Act, "host/d", run.Done),
		rec("one", prentice.Act, "host/e", run.Unsure),
	}}
	got := fmt.Sprint(d.ByState())
	if want := "[{failed [host/c]} {uncertain [host/e]} {intended [host/d]} {not-begun [host/f]} {done [host/a]} {undone [host/b]}]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
