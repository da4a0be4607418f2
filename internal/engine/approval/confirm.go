package approval

import (
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// asksQuestion says whether the step that a run waits for asks what a person sees,
// and not that they do something.
func asksQuestion(d *run.Detail) bool {
	rec, _ := d.WaitedFor()
	return rec.Section.Asks()
}

// WordOn is a person's word on a step of a section.
func WordOn(section prentice.Section, yes bool) string {
	switch {
	case section.Asks() && yes:
		return "it is so"
	case section.Asks():
		return "it is not so"
	case yes:
		return "it is done"
	}
	return "it could not be done"
}

// MayConfirm refuses a word on a human step that the run does not wait for.
func MayConfirm(d *run.Detail, a run.Reply) error {
	switch {
	case d.State != prentice.Waiting || d.Waits == run.WaitsApproval:
		return prentice.Errorf(prentice.Conflict, "run/%d does not wait for a person to do a step: it is %s", d.Number, d.State).Try("look at it with: prentice run show %d", d.Number)
	case a.Step != "" && a.Step != d.Waits:
		return prentice.Errorf(prentice.Conflict, "run/%d waits for step %s, not %s", d.Number, d.Waits, a.Step).Try("look at it with: prentice run show %d", d.Number)
	case a.Actor.Kind == prentice.Person && strings.TrimSpace(a.Reason) == "" && asksQuestion(d):
		return prentice.Errorf(prentice.Invalid, "step %s of run/%d asks what a person sees, and there is no reason", d.Waits, d.Number).Try("say what you saw: --reason '…'")
	case a.Actor.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and step %s is for people", a.Actor.Ref(), d.Waits).Try("ask a person to do it and to confirm")
	}
	return nil
}
