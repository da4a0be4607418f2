package procedure

import (
	"slices"

	"prentice"
)

// putBack plans the Undo steps of those that put back by themselves what they changed,
// newest first and before those that the procedure has: a file is as it was before the
// service that reads it is restarted. Where a step changes something that no Undo
// section puts back, nothing is: half of a change is worse than all of it.
func (c *rendering) putBack() {
	var back []prentice.PlannedStep
	whole := slices.ContainsFunc(c.steps, func(s prentice.PlannedStep) bool { return s.Section == prentice.Undo })
	for _, s := range slices.Backward(c.steps) {
		switch {
		case s.Section != prentice.Act || s.Risk == prentice.Look:
		case c.byItself(s):
			back = append(back, c.undoOf(s))
		case !whole && !c.forPerson(s):
			return
		}
	}
	c.steps = slices.Insert(c.steps, 0, back...)
}

// byItself says whether a step puts back what it changed.
func (c *rendering) byItself(s prentice.PlannedStep) bool {
	return c.library.kinds.state(s.Kind) && s.Risk == prentice.Change && s.Attrs["undo"] != "no"
}

// forPerson says whether a step is done by a person, who is asked for and not undone.
func (c *rendering) forPerson(s prentice.PlannedStep) bool {
	k, ok := c.library.kinds.named(s.Kind)
	return ok && k.Needs().Person
}

// undoOf is the step that puts back what another changed.
func (c *rendering) undoOf(s prentice.PlannedStep) prentice.PlannedStep {
	back := s
	back.ID, back.Section, back.Of = s.ID+".undo", prentice.Undo, s.ID
	back.Done = nil
	if kind, ok := c.library.kinds.named(s.Kind); ok {
		if len(kind.Needs().Files) > 0 {
			back.Body = "" // it may be long, and what was there is on the target
		}
		back.Says = kind.Says(back)
	}
	return back
}

// PutsBack says whether all that a procedure changes is put back by the steps that
// change it, so that it needs no Undo section.
func PutsBack(p prentice.Procedure) bool {
	some := false
	for _, s := range p.Steps {
		if s.Section != prentice.Act || s.Of != "" || s.Risk == prentice.Look {
			continue
		}
		if !putsBack(s) {
			return false
		}
		some = true
	}
	return some
}

func putsBack(s prentice.StepSpec) bool {
	return s.State && s.Risk == prentice.Change && s.Attrs["undo"] != "no"
}

// lintStates is advice about steps that would put back by themselves what they
// changed, beside others that do not.
func lintStates(p prentice.Procedure, advise func(at prentice.Pos, hint, format string, args ...any)) {
	if has(p, prentice.Undo) || PutsBack(p) {
		return
	}
	for _, s := range p.Steps {
		if s.Section == prentice.Act && putsBack(s) {
			advise(s.At, "add a section ## Undo that says what becomes of the other steps", "step %s could put back what it changed, and does not, because no Undo section says how the other steps are undone", s.ID)
			return
		}
	}
}
