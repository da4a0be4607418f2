package boot

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/team/calendar"
)

// Hold is what the calendar in force says of a plan.
func (t *Team) Hold(_ context.Context, plan prentice.Plan, now time.Time) (says string, until time.Time, err error) {
	in := t.now.Load()
	says, until = in.calendar().Hold(in.catalog, plan, now)
	return says, until, nil
}

// Days is the calendar in force, and what is wrong around it: names that no one
// has, and a folder that could not be read since.
func (t *Team) Days(now time.Time, days int) (calendar.Days, []prentice.Finding) {
	in := t.now.Load()
	var procedures []string
	for _, p := range in.library.All() {
		procedures = append(procedures, p.Name)
	}
	findings := in.calendar().Unknown(in.catalog, procedures)
	if why := t.why(); why != nil {
		findings = append(findings, prentice.Finding{At: why.At, Error: true, Text: "the team folder has errors, and what was read before stays in force: " + why.Text, Hint: why.Hint})
	}
	return in.calendar().Days(now, days), findings
}
