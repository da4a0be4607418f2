package state

import "prentice"

// seenOf is how the target was found when the plan was made.
func seenOf(w prentice.Work) (prentice.Seen, bool) {
	if w.Plan == nil || w.Step.Attrs["replaces"] == "any" {
		return prentice.Seen{}, false
	}
	return w.Plan.SeenOn(w.Step.ID, w.Target.Ref)
}
