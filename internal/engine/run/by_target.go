package run

import (
	"slices"

	"prentice"
)

// TargetGroup is the targets of a run that stand alike.
type TargetGroup struct {
	State StepState      `json:"state"`
	Refs  []prentice.Ref `json:"refs"`
}

// TargetStanding is how one target of a run stands, and what was last said of it.
type TargetStanding struct {
	Ref   prentice.Ref `json:"ref"`
	State StepState    `json:"state"`
	Says  string       `json:"says,omitempty"`
}

// Bad says whether someone must look at the target.
func (t TargetStanding) Bad() bool { return t.State == NotDone || t.State == Unsure || t.State == Held }

// targetOrder is what people look for first.
var targetOrder = []StepState{NotDone, Unsure, Intended, Held, NotBegun, Done, WasUndone}

func states(records []StepRecord) []StepState {
	var list []StepState
	for _, r := range records {
		list = append(list, r.State)
	}
	return list
}

// standing is how a target stands after what was done and undone on it.
func standing(acted, undone []StepState, wanted int) StepState {
	for _, bad := range []StepState{NotDone, Unsure, Intended, Held} {
		if slices.Contains(undone, bad) || len(undone) == 0 && slices.Contains(acted, bad) {
			return bad
		}
	}
	switch {
	case len(undone) > 0:
		return WasUndone
	case len(acted) == 0 && wanted > 0:
		return NotBegun
	case len(acted) < wanted:
		return Intended
	}
	return Done
}
