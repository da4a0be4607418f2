package queue_test

import (
	"testing"
	"time"

	"prentice/internal/engine/queue"
	"prentice/internal/engine/queue/queuetest"
)

func TestNoTreeIsBrokenOnTheBranchAndNoInnocentIsEjected(t *testing.T) {
	for seed := range uint64(4) {
		w := queuetest.Usual(seed+1, 1000)
		ours, window := queuetest.Ours(w, queue.Usual(15*time.Minute)), queuetest.Window(w, "one run for each change", w.Runners)
		t.Logf("%+v %.3f", ours, ours.PerLanded())
		t.Logf("%+v %.3f", window, window.PerLanded())
		if ours.Red > 0 || ours.Untested > 0 || ours.Innocent > 0 || ours.Unsettled > 0 || ours.Landed+ours.Ejected != w.Changes {
			t.Errorf("seed %d: %+v", seed+1, ours)
		}
		if ours.PerLanded() > window.PerLanded()/2 || ours.P95 > window.P95 {
			t.Errorf("seed %d: %.2f runs, p95 %s; one run for each change has %.2f and %s", seed+1, ours.PerLanded(), ours.P95, window.PerLanded(), window.P95)
		}
	}
}
