package run

import (
	"time"

	"prentice"
)

// StepRecord is what is known of one step on one target within a run.
type StepRecord struct {
	Run      int64            `json:"run"`
	Step     string           `json:"step"`
	Section  prentice.Section `json:"section"`
	Kind     string           `json:"kind"`
	Target   prentice.Ref     `json:"target,omitempty"`
	Round    int              `json:"round"` // 1, or more for a check that was made again before the run acted
	State    StepState        `json:"state"`
	Says     string           `json:"says"`
	Code     int              `json:"code"`
	Attempts int              `json:"attempts"` // 0: it was never begun
	Started  time.Time        `json:"started"`
	Ended    time.Time        `json:"ended,omitzero"`
	Out      prentice.Values  `json:"out,omitempty"` // what it handed on to later steps
}

// StepState is where a step stands. Intended is written before the act, the
// others after it.
type StepState string

// The states of a step.
const (
	Intended  StepState = "intended"
	Held      StepState = "held" // a human step that waits
	Done      StepState = "done" // came out as it should
	NotDone   StepState = "failed"
	Unsure    StepState = "uncertain"
	WasDone   StepState = "was-done" // found true after a crash; not repeated
	WasUndone StepState = "undone"
)

// LastRounds is what is known last of each step on each target. A check that was
// made again before the run acted is about the same target and counts once. What
// is about no target is kept as it is: each round of it is another batch, or
// another answer.
func LastRounds(records []StepRecord) []StepRecord {
	type at struct {
		step   string
		target prentice.Ref
	}
	last := map[at]int{}
	for _, r := range records {
		last[at{r.Step, r.Target}] = max(r.Round, last[at{r.Step, r.Target}])
	}
	var list []StepRecord
	for _, r := range records {
		if r.Target == "" || r.Round == last[at{r.Step, r.Target}] {
			list = append(list, r)
		}
	}
	return list
}

// NotBegun is the state of a target that no step has acted on.
const NotBegun StepState = "not-begun"
