package supervision

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

// rounds is 30 hosts on which a check was made when the run was asked for, and
// again once it was approved; on the last of them it failed the second time.
func rounds() run.View {
	d := run.View{ThePlan: prentice.Plan{Steps: []prentice.PlannedStep{{ID: "ready", Section: prentice.Check, Where: "target"}}}}
	for i := range 30 {
		host := prentice.Ref(fmt.Sprintf("host/h%02d", i))
		d.Targets = append(d.Targets, host)
		for round := 1; round <= 2; round++ {
			state := run.Done
			if i == 29 && round == 2 {
				state = run.NotDone
			}
			d.Steps = append(d.Steps, run.StepRecord{Step: "ready", Section: prentice.Check, Target: host, Round: round, State: state})
		}
	}
	return d
}

func TestAHostOnWhichACheckWasMadeAgainIsCountedOnce(t *testing.T) {
	var b strings.Builder
	Detail{View: rounds()}.writeSteps(&b)
	if got := b.String(); !strings.Contains(got, "done on 29 hosts\n") || strings.Count(got, "host/h29 failed") != 1 {
		t.Errorf("a check on 30 hosts, made twice, the second time in vain on one, is told as\n%s", got)
	}
}
