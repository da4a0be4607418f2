package approval

import (
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// LeastReason is how many letters a reason for breaking the glass has at least:
// enough for a sentence that the review can start from.
const LeastReason = 10

// MayBreakGlass refuses to let a run go without the approvals that it lacks.
func MayBreakGlass(d *run.Detail, plan string, by prentice.Actor, reason string, at Moment) error {
	switch {
	case by.Kind != prentice.Person:
		return prentice.Errorf(prentice.Denied, "%s is not a person, and only people may use break-glass", by.Ref()).Try("ask a person with the role approver")
	case !by.Role.Includes(prentice.Approver):
		return prentice.Errorf(prentice.Denied, "%s is %s; break-glass needs the role approver", by.Ref(), OrNobody(by.Role)).Try("ask someone with that role")
	case len([]rune(reason)) < LeastReason:
		return prentice.Errorf(prentice.Invalid, "the reason %q is too short to answer for", reason).Try("say in at least %d letters what burns and why it cannot wait", LeastReason)
	case plan != "" && plan != d.Plan:
		return prentice.Errorf(prentice.Conflict, "run/%d is for plan %s, not %s", d.Number, d.Plan, plan).Try("look at the plan again")
	case at.Stopped:
		return prentice.Errorf(prentice.Refused, "everything is stopped").Try("remove the stop file with prentice resume-all first")
	case d.State == prentice.Waiting && d.Waits == run.WaitsApproval && !at.Now.Before(d.Expires):
		return prentice.Errorf(prentice.Refused, "the request expired at %s UTC", d.Expires.UTC().Format(time.DateTime)).Try("ask again with: %s", run.AskAgain(d.Procedure))
	case d.State == prentice.Waiting && d.Waits == run.WaitsApproval, run.Asleep(d.Run):
		return nil
	}
	return prentice.Errorf(prentice.Conflict, "run/%d waits neither for approval nor for the calendar: it is %s", d.Number, d.State).
		Try("look at it with: prentice run show %d; a run that a freeze would refuse is asked for with: prentice run start … --when window", d.Number)
}
