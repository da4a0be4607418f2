package approval

import (
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// Answered is what becomes of a run when an answer joins those that it has, and some
// owners still have to agree.
func Answered(d *run.Detail, a run.Reply, lacking []prentice.Ref, now time.Time) run.Next {
	yes := Seats(d.Approvals) + 1
	switch {
	case !a.Yes:
		return run.Next{State: prentice.RunRefused, Says: fmt.Sprintf("%s refused: %s", a.Actor.Ref(), OrNoReason(a.Reason)), Actor: a.Actor.Ref(), Kind: "run.refused"}
	case yes < d.Decision.Approvers || len(lacking) > 0:
		says := fmt.Sprintf("has %d of %d approvals", yes, d.Decision.Approvers)
		if len(lacking) > 0 {
			what := "approvals"
			if yes == 1 {
				what = "approval"
			}
			says = fmt.Sprintf("has %d %s, and waits for %s", yes, what, prentice.AllOf(lacking))
		}
		return run.Next{State: prentice.Waiting, Says: says, Waits: run.WaitsApproval, Expires: d.Expires.Sub(now),
			Actor: a.Actor.Ref(), Kind: "run.asked", Window: a.Window}
	}
	return run.Next{State: prentice.Queued, Says: fmt.Sprintf("approved by %s", a.Actor.Ref()), Actor: a.Actor.Ref(), Kind: "run.approved", Window: a.Window, Begin: true}
}

// OrNoReason is a reason, or that there is none.
func OrNoReason(s string) string {
	if s == "" {
		return "no reason given"
	}
	return s
}
