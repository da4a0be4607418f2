package shell

import (
	"fmt"

	"prentice"
	"prentice/internal/kit/outlive"
)

// says is how a script ended: with its last words when it did not end well.
func (j *job) says(r outlive.Report, lastLine string) string {
	text := fmt.Sprintf("exit code %d", r.Code)
	if r.Code != 0 && lastLine != "" {
		text += ": " + lastLine
	}
	if r.Left > 0 {
		text += fmt.Sprintf(" (at least %d bytes of its output were left out, because no one read them or %s had no room)", r.Left, j.way.Home())
	}
	if r.Full {
		text += fmt.Sprintf(" (the disk of %s is full, so output may be missing)", j.way.Home())
	}
	if r.Strays {
		text += leftBehind
	}
	if j.how != fresh && r.Token != j.token {
		text += " (begun before prentice was interrupted, and taken up again)"
	}
	return text
}

// wrong is a report that is no end, as an error. Of kind Refused is what was
// never begun.
func (j *job) wrong(r outlive.Report) error {
	step, where, detail := j.work.Step.ID, j.way.Name(), ""
	if r.Detail != "" {
		detail = ": " + short(r.Detail)
	}
	switch {
	case r.State == outlive.Lost:
		return lost(j.way, r)
	case r.State == outlive.Taken:
		return prentice.Errorf(prentice.Refused, "step %s of %s has a claim on %s that this run did not make; nothing was done", step, j.work.Run, where).
			Try("another data folder, or a restored one, acts there: look at claim-%s in %s and remove it", j.key, j.way.Home())
	case r.State == outlive.Over:
		return prentice.Errorf(prentice.Unavailable, "step %s of %s came to its end on %s before, and this database does not know how", step, j.work.Run, where).
			Try("look there how far it came: the database may have been restored from a backup")
	case r.Why == "void":
		return prentice.Errorf(prentice.Refused, "step %s was stopped before it began on %s; nothing was done", step, where)
	case r.Why == "setsid":
		return prentice.Errorf(prentice.Refused, "step %s was not begun: there is no setsid on %s", step, where).Try("install util-linux or busybox there")
	case r.Why == "shell":
		return without(j.work.Step, where)
	case r.Why == "full":
		return prentice.Errorf(prentice.Refused, "step %s was not begun: nothing can be written to %s%s", step, j.way.Home(), detail).Try("free space there")
	case r.State == outlive.Refused:
		return prentice.Errorf(prentice.Refused, "step %s was not begun: %s cannot be used%s", step, j.way.Home(), detail).Try("make it a folder that is the user's own")
	default:
		return prentice.Errorf(prentice.Unavailable, "step %s on %s: it said %q", step, where, r.State)
	}
}

// lost says that a script was begun and no one knows how it ended.
func lost(way outlive.Way, r outlive.Report) error {
	return prentice.Errorf(prentice.Unavailable, "%s, and it is not known how far it came", cut(way, r)).Try("look there")
}

// Why there is no claim: never is an answer's own word for a script that was not
// begun, and gone what is said where the claim was seen before, or only a part of it
// is left.
const (
	never = "never"
	gone  = "gone"
)

// cut says what cut a script short.
func cut(way outlive.Way, r outlive.Report) string {
	if r.Why == "rebooted" {
		return way.Name() + " was started anew in the middle of the step"
	}
	if r.Why == gone {
		return "the step was begun on " + way.Name() + ", and its claim in " + way.Home() + " is gone"
	}
	return "the step was ended from outside on " + way.Name()
}
