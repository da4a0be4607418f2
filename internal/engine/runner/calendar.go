package runner

import (
	"context"
	"fmt"
	"time"

	"prentice"
)

// Calendar says why a plan must not begin now, or "", and when to look again;
// zero when no one knows. It binds people and prentice alike.
type Calendar interface {
	Hold(ctx context.Context, plan prentice.Plan, now time.Time) (says string, until time.Time, err error)
}

// frozen is what the calendar says of a plan that would begin now, and when to look
// again. A calendar that cannot be asked is not passed.
func (r *Runner) frozen(ctx context.Context, plan prentice.Plan, now time.Time) (says string, until time.Time, err error) {
	if plan.Choosing() { // looking changes nothing; what is acted on is asked about once it is chosen
		plan.Targets = nil
		if kind := plan.Subject.Kind(); kind == "host" || kind == "resource" {
			plan.Subject = ""
		}
	}
	if says, until, err = r.Calendar.Hold(ctx, plan, now); err != nil {
		return "", until, fmt.Errorf("ask the calendar: %w", err)
	}
	return says, until, nil
}
