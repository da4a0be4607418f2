package web

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

func TestAHostOnWhichACheckWasMadeAgainIsOneHost(t *testing.T) {
	var records []run.StepRecord
	for i := range 30 {
		for round := 1; round <= 2; round++ {
			records = append(records, run.StepRecord{Step: "ready", Section: prentice.Check, Target: prentice.Ref(fmt.Sprintf("host/h%02d", i)), Round: round, State: run.Done})
		}
	}
	if got := tallyOf(records); len(got) != 1 || got[0].Count != 30 {
		t.Errorf("a check on 30 hosts, made twice, is counted as %+v", got)
	}
	batches := []run.StepRecord{{Step: "all-well", Round: 1, State: run.Done}, {Step: "all-well", Round: 2, State: run.Done}}
	if got := tallyOf(batches); len(got) != 1 || got[0].Count != 2 {
		t.Errorf("what verifies each of two batches is counted as %+v", got)
	}
}
