package prentice

import "slices"

// TargetGroup is the targets of a run that stand alike.
type TargetGroup struct {
	State StepState `json:"state"`
	Refs  []Ref     `json:"refs"`
}

// NotBegun is the state of a target that no step has acted on.
const NotBegun StepState = "not-begun"

// targetOrder is what people look for first.
var targetOrder = []StepState{NotDone, Unsure, Intended, Held, NotBegun, Done, WasUndone}

// ByState groups the run's targets by how they stand, the worst first. A target
// is done when all that acts on it is.
func (d RunDetail) ByState() []TargetGroup {
	wanted := 0
	for _, s := range d.ThePlan.In(Act) {
		if s.Where == "target" {
			wanted++
		}
	}
	acted, undone := map[Ref][]StepState{}, map[Ref][]StepState{}
	for _, s := range d.Steps {
		switch s.Section {
		case Act:
			acted[s.Target] = append(acted[s.Target], s.State)
		case Undo:
			undone[s.Target] = append(undone[s.Target], s.State)
		}
	}
	groups := map[StepState][]Ref{}
	for _, t := range d.ThePlan.Targets {
		state := standing(acted[t.Ref], undone[t.Ref], wanted)
		groups[state] = append(groups[state], t.Ref)
	}
	var list []TargetGroup
	for _, state := range targetOrder {
		if len(groups[state]) > 0 {
			list = append(list, TargetGroup{state, groups[state]})
		}
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
