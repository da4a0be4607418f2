package supervision

import (
	"testing"
	"time"

	"prentice"
)

func TestRunsThatEndedAlikeAreOneRow(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var runs []prentice.Run
	for i := range 6 { // newest first
		runs = append(runs, prentice.Run{Number: int64(90 - 2*i), Procedure: "restart-service", Subject: "service/web", State: prentice.RunRefused, Ended: noon.Add(-time.Duration(i) * time.Minute)},
			prentice.Run{Number: int64(89 - 2*i), Procedure: "restart-service", Subject: prentice.NewRef("service", string(rune('a'+i))), State: prentice.Verified, Ended: noon.Add(-time.Duration(i) * time.Minute)})
	}
	rows := folded(runs, 4)
	if len(rows) != 4 || rows[0].Number != 90 || rows[0].Times != 6 || !rows[0].First.Equal(noon.Add(-5*time.Minute)) {
		t.Errorf("six refusals are %d rows, the first %+v", len(rows), rows[0])
	}
	if rows[1].Times != 1 || !rows[1].First.IsZero() {
		t.Errorf("a run that ended so once: %+v", rows[1])
	}
	if rows := folded([]prentice.Run{{Number: 2, State: prentice.Failed}, {Number: 1, State: prentice.Verified}}, 9); len(rows) != 2 {
		t.Errorf("a failure and a success are folded into %d row", len(rows))
	}
	if folded(nil, 9) == nil {
		t.Error("no run is null to a program, not an empty list")
	}
}
