package support

import (
	"fmt"

	"prentice/internal/engine/heartbeat"
	"prentice/internal/op"
)

// tellPinging explains a job.
func tellPinging(j Job) op.Told {
	t := op.Told{Title: string(j.Ref())}
	t.What.Add("It is a job that pings: %s, with %s of grace; a run may take %s", j.When(), j.GraceText(), j.LimitText())
	if j.About != "" {
		t.What.Add("%s", j.About)
	}
	if j.Filed {
		t.What.Add("heartbeats.yaml declares it")
	}
	t.Why.Add("It is %s: %s", jobSign(j.State), j.Says())
	if j.Kept+j.Missed > 0 {
		t.Why.Add("Of the slots of the last 28 days it kept %s", j.HeldOf())
	}
	if j.Hint != "" {
		t.Why.Add("Look at how it is declared: %s", j.Hint)
	}
	if j.Incident != "" {
		t.Why.Add("%s is open about it", j.Incident)
	}
	t.Happened = []op.Happening{}
	for i := len(j.Runs) - 1; i >= 0; i-- {
		r := j.Runs[i]
		at := r.Ended
		if at.IsZero() {
			at = r.Started
		}
		says := "Run " + states["ping "+r.State].Word
		if r.Took != "" {
			says += fmt.Sprintf(" after %s", r.Took)
		}
		if r.Says != "" {
			says += ": " + r.Says
		}
		t.Happened = append(t.Happened, op.Happening{At: at, Says: says})
	}
	if j.State == heartbeat.New {
		t.Uncertain.Add("Whether it works at all: it was never heard")
	}
	if j.Unknown > 0 {
		t.Uncertain.Add("What became of %s: prentice was away", plural(int(j.Unknown), "slot"))
	}
	t.Offer("heartbeat.history", j.Name, "see its runs")
	if j.State == heartbeat.Down {
		t.Offer("heartbeat.pause", j.Name, "stop listening for it, where it is known why")
	}
	return t
}
