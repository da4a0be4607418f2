package web

import (
	"fmt"
	"testing"

	"prentice"
)

func TestAHostOnWhichACheckWasMadeAgainIsOneHost(t *testing.T) {
	var records []prentice.StepRecord
	for i := range 30 {
		for round := 1; round <= 2; round++ {
			records = append(records, prentice.StepRecord{Step: "ready", Section: prentice.Check, Target: prentice.Ref(fmt.Sprintf("host/h%02d", i)), Round: round, State: prentice.Done})
		}
	}
	if got := tallyOf(records); len(got) != 1 || got[0].Count != 30 {
		t.Errorf("a check on 30 hosts, made twice, is counted as %+v", got)
	}
	batches := []prentice.StepRecord{{Step: "all-well", Round: 1, State: prentice.Done}, {Step: "all-well", Round: 2, State: prentice.Done}}
	if got := tallyOf(batches); len(got) != 1 || got[0].Count != 2 {
		t.Errorf("what verifies each of two batches is counted as %+v", got)
	}
}
