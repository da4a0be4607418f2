package cron

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// sizes is how many values each field has.
var sizes = [5]int{60, 24, 31, 12, 7}

// Advice says what in a schedule probably means something else than its author
// thinks, a sentence each. The clock changes of the year after now are looked at.
func (s *Schedule) Advice(now time.Time) []string {
	var advice []string
	if !strings.HasPrefix(s.fields[dayOfMonth], "*") && !strings.HasPrefix(s.fields[dayOfWeek], "*") && s.fields[dayOfMonth] != "?" && s.fields[dayOfWeek] != "?" {
		advice = append(advice, fmt.Sprintf("it is due on each day that fits day of the month %s or day of the week %s, not only on those that fit both", s.fields[dayOfMonth], s.fields[dayOfWeek]))
	}
	for i, field := range s.fields {
		for part := range strings.SplitSeq(field, ",") {
			if part == "" {
				advice = append(advice, fmt.Sprintf("the list %s of %s has an empty member", field, names[i]))
			}
			_, step, found := strings.Cut(part, "/")
			if n, err := strconv.Atoi(step); found && err == nil && n >= sizes[i] {
				advice = append(advice, fmt.Sprintf("the step /%d of %s is larger than the field, which has %d values", n, names[i], sizes[i]))
			}
		}
	}
	return append(advice, s.changes(now)...)
}

// changes says what becomes of a fixed schedule on the days on which clocks are
// changed in the year after a moment.
func (s *Schedule) changes(now time.Time) []string {
	if !s.fixed() {
		return nil
	}
	var advice []string
	end := now.AddDate(1, 0, 0)
	for t := now.In(s.zone); ; {
		_, next := t.ZoneBounds()
		if next.IsZero() || !next.Before(end) {
			return advice
		}
		_, before := next.Add(-time.Second).Zone()
		_, after := next.Zone()
		if text := s.at(next, before, after); text != "" {
			advice = append(advice, text)
		}
		t = next
	}
}

// at says what a change of the offset at a moment does to the schedule, or "".
func (s *Schedule) at(change time.Time, before, after int) string {
	wall := *s.spec
	wall.Location = time.UTC
	from, to := change.UTC().Add(time.Duration(min(before, after))*time.Second), change.UTC().Add(time.Duration(max(before, after))*time.Second)
	hit := wall.Next(from.Add(-time.Second))
	if hit.IsZero() || !hit.Before(to) {
		return ""
	}
	if after > before {
		return fmt.Sprintf("%s does not exist on %s in %s; it is then due at %s", hit.Format("15:04"), hit.Format(time.DateOnly), s.zone, change.In(s.zone).Format("15:04"))
	}
	return fmt.Sprintf("%s comes twice on %s in %s; it is due the first time only", hit.Format("15:04"), hit.Format(time.DateOnly), s.zone)
}
