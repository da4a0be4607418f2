package ssh

import (
	"errors"
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
	if r.Full {
		text += " (the disk of the home folder on the host is full, so output may be missing)"
	}
	if r.Strays {
		text += " (it left processes behind, which were ended; start a daemon with setsid)"
	}
	if j.how != fresh && r.Token != j.token {
		text += " (begun before prentice was interrupted, and taken up again)"
	}
	return text
}

// wrong is a report that is no end, as an error. Of kind Refused is what was
// never begun.
func (j *job) wrong(r outlive.Report) error {
	step, host, detail := j.work.Step.ID, j.place.name, ""
	if r.Detail != "" {
		detail = ": " + plain(r.Detail)
	}
	switch {
	case r.State == outlive.Lost:
		return lost(j.place, r)
	case r.State == outlive.Taken:
		return prentice.Errorf(prentice.Refused, "step %s of %s has a claim on %s that this run did not make; nothing was done", step, j.work.Run, host).
			Try("another data folder, or a restored one, acts there: look at ~/.prentice/claim-%s on the host and remove it", j.key)
	case r.Why == "setsid":
		return prentice.Errorf(prentice.Refused, "step %s was not begun: there is no setsid on %s", step, host).Try("install util-linux or busybox there")
	case r.Why == "full":
		return prentice.Errorf(prentice.Refused, "step %s was not begun: nothing can be written to the home folder on %s%s", step, host, detail).Try("free space there")
	case r.State == outlive.Refused:
		return prentice.Errorf(prentice.Refused, "step %s was not begun: the home folder of %s on %s cannot be used%s", step, j.place.user, host, detail).Try("give the user a home folder that is its own")
	default:
		return prentice.Errorf(prentice.Unavailable, "step %s on %s: the host said %q", step, host, r.State)
	}
}

// lost says that a script was begun and nobody knows how it ended.
func lost(p *place, r outlive.Report) error {
	if r.Why == "rebooted" {
		return prentice.Errorf(prentice.Unavailable, "%s was started anew in the middle of the step, and nobody knows how far it came", p.name).Try("look at the host")
	}
	return prentice.Errorf(prentice.Unavailable, "the step was ended from outside on %s, and nobody knows how far it came", p.name).Try("look at the host")
}

// notBegun makes an error before anything was asked one that says so.
func notBegun(err error) error {
	var e *prentice.Error
	if !errors.As(err, &e) {
		return prentice.Errorf(prentice.Refused, "%w; nothing was done", err)
	}
	return prentice.Errorf(prentice.Refused, "%s; nothing was done", e.Text).Try("%s", e.Hint)
}
