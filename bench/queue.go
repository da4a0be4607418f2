package main

import (
	"context"
	"fmt"
	"time"

	"prentice/internal/engine/queue"
	"prentice/internal/engine/queue/queuetest"
)

// queued runs 10,000 changes of a world in which it is known what is broken through merge
// queues: ours by its own planner, and models of the others. Checks take 10 to 20 minutes
// and 5 of 100 fail by chance; one change of 200 is broken, and one of 100 fails together
// with one of the twelve before it. What another ejects for nothing is queued again at once.
func queued(context.Context) ([]figure, error) {
	w := queuetest.Usual(1, 10_000)
	ours := queuetest.Ours(w, queue.Usual(15*time.Minute))
	window := queuetest.Window(w, "one run for each change", w.Runners)
	wide := queuetest.Window(w, "one run for each change, 40 at once", 40)
	serial, batches := queuetest.Window(w, "serial", 1), queuetest.Batches(w, 16)
	half := window.PerLanded() / 2
	list := []figure{
		{"queue.red", float64(ours.Red + ours.Untested), "trees", "= 0", ours.Red+ours.Untested == 0, "trees on the branch that are broken, or were not checked as they are, of 10,000 changes"},
		{"queue.innocents", float64(ours.Innocent), "changes", "= 0", ours.Innocent == 0, "changes that were ejected and do not fail"},
		{"queue.runs", ours.PerLanded(), "runs", "≤ 0.5", ours.PerLanded() <= 0.5 && ours.PerLanded() <= half, "checks for each change that landed, 12 at once at most"},
		{"queue.wait.p95", ours.P95.Minutes(), "min", fmt.Sprintf("≤ %.4g", wide.P95.Minutes()), ours.P95 <= wide.P95 && ours.Unsettled == 0, "from queued to landed; the goal is what one run for each change takes, and that on 40 runners"},
		{"queue.named", 100 * float64(ours.Named) / float64(max(ours.Ejected, 1)), "%", "-", true, "ejections whose smallest set of changes is exactly what fails"},
	}
	for _, r := range []struct {
		name string
		queuetest.Result
	}{{"window", window}, {"window40", wide}, {"batches", batches}, {"serial", serial}} {
		list = append(list,
			figure{"queue." + r.name + ".innocents", float64(r.Innocent), "changes", "-", true, r.Strategy + ": ejections of changes that do not fail"},
			figure{"queue." + r.name + ".runs", r.PerLanded(), "runs", "-", true, "the same: checks for each change that landed"},
			figure{"queue." + r.name + ".wait.p95", r.P95.Minutes(), "min", "-", true, "the same: from queued to landed"},
			figure{"queue." + r.name + ".red", float64(r.Red), "trees", "-", true, "the same: broken trees on the branch"})
	}
	return list, nil
}
