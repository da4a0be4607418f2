package prentice

import (
	"slices"
	"strings"
)

// Seen is how a step that says how something is to be found a target when the plan was
// made: what is there, and what it would change. It belongs to the plan, so that who
// approves it approves that change, and what is no longer so voids it.
type Seen struct {
	Step   string `json:"step"`
	Target Ref    `json:"target,omitempty"`
	Now    string `json:"now,omitempty"`    // what is there, in a form that is compared
	So     bool   `json:"so,omitempty"`     // it is as it should be: nothing would change
	Says   string `json:"says"`             // one line for people: what would change
	Diff   string `json:"diff,omitempty"`   // of a text, line by line
	As     Ref    `json:"as,omitempty"`     // the target on which the diff is the same, and is told
	Unseen bool   `json:"unseen,omitempty"` // the target could not be looked at; Says has the reason
}

// DiffOn is the diff of what was seen, wherever it is told.
func (p Plan) DiffOn(s Seen) string {
	if s.As != "" {
		s, _ = p.SeenOn(s.Step, s.As)
	}
	return s.Diff
}

// SeenBy is what a step found on the targets.
func (p Plan) SeenBy(step string) []Seen {
	var list []Seen
	for _, s := range p.Seen {
		if s.Step == step {
			list = append(list, s)
		}
	}
	return list
}

// SeenOn is how a step found a target when the plan was made.
func (p Plan) SeenOn(step string, target Ref) (Seen, bool) {
	for _, s := range p.Seen {
		if s.Step == step && s.Target == target {
			return s, true
		}
	}
	return Seen{}, false
}

// Found is a sort of finding that some targets have in common.
type Found struct {
	Says    string
	Diff    string
	So      bool
	Unseen  bool
	Targets []Ref
}

// FoundBy is what a step found, those targets together that it would change alike.
func (p Plan) FoundBy(step string) []Found {
	var list []Found
	for _, s := range p.SeenBy(step) {
		f := Found{Says: s.Says, Diff: p.DiffOn(s), So: s.So, Unseen: s.Unseen}
		i := slices.IndexFunc(list, func(o Found) bool {
			return o.Says == f.Says && o.Diff == f.Diff && o.So == f.So && o.Unseen == f.Unseen
		})
		if i < 0 {
			i, list = len(list), append(list, f)
		}
		if s.Target != "" {
			list[i].Targets = append(list[i].Targets, s.Target)
		}
	}
	return list
}

// String is it in one line.
func (f Found) String() string {
	switch {
	case f.Unseen:
		return f.Says
	case f.So:
		return "nothing to change: " + f.Says
	default:
		return "would " + f.Says
	}
}

// On names the targets, or counts them where they are many.
func (f Found) On() string {
	const few = 5
	if len(f.Targets) == 0 {
		return "on prentice's own host"
	}
	if len(f.Targets) > few {
		return "on " + CountTargets(len(f.Targets), f.Targets[0])
	}
	names := make([]string, len(f.Targets))
	for i, t := range f.Targets {
		names[i] = t.Name()
	}
	return "on " + strings.Join(names, ", ")
}
