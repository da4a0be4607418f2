package prentice

import "slices"

// TargetGroup is the targets of a run that stand alike.
type TargetGroup struct {
	State StepState `json:"state"`
	Refs  []Ref     `json:"refs"`
}

// TargetStanding is how one target of a run stands, and what was last said of it.
type TargetStanding struct {
	Ref   Ref       `json:"ref"`
	State StepState `json:"state"`
	Says  string    `json:"says,omitempty"`
}

// Bad says whether someone must look at the target.
func (t TargetStanding) Bad() bool { return t.State == NotDone || t.State == Unsure || t.State == Held }

// NotBegun is the state of a target that no step has acted on.
const NotBegun StepState = "not-begun"

// targetOrder is what people look for first.
var targetOrder = []StepState{NotDone, Unsure, Intended, Held, NotBegun, Done, WasUndone}

// ByTarget says how each target stands, in the plan's order. A target is done
// when all that acts on it is.
func (d RunDetail) ByTarget() []TargetStanding {
	wanted := 0
	for _, s := range d.ThePlan.In(Act) {
		if s.Where == "target" {
			wanted++
		}
	}
	acted, undone := map[Ref][]StepRecord{}, map[Ref][]StepRecord{}
	for _, s := range d.Steps {
		switch s.Section {
		case Verify:
			if s.State == NotDone { // in a run that goes on without it
				acted[s.Target] = append(acted[s.Target], s)
			}
		case Act:
			acted[s.Target] = append(acted[s.Target], s)
		case Undo:
			undone[s.Target] = append(undone[s.Target], s)
		}
	}
	list := make([]TargetStanding, len(d.ThePlan.Targets))
	for i, t := range d.ThePlan.Targets {
		a, u := acted[t.Ref], undone[t.Ref]
		list[i] = TargetStanding{Ref: t.Ref, State: standing(states(a), states(u), wanted)}
		for _, rec := range slices.Concat(a, u) {
			if rec.Says != "" && (rec.State == list[i].State || !list[i].Bad()) {
				list[i].Says = rec.Says
			}
		}
	}
	return list
}

func states(records []StepRecord) []StepState {
	var list []StepState
	for _, r := range records {
		list = append(list, r.State)
	}
	return list
}

// ByState groups the run's targets by how they stand, the worst first.
func (d RunDetail) ByState() []TargetGroup {
	groups := map[StepState][]Ref{}
	for _, t := range d.ByTarget() {
		groups[t.State] = append(groups[t.State], t.Ref)
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
