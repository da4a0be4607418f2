package inbox

import (
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have no list of them

	"github.com/robfig/cron/v3"

	"prentice"
)

// MaxDue is how many due times are told at most; of more, the last.
const MaxDue = 100

var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// parseCron reads cron's five fields and an IANA time zone; no zone is UTC.
//
// The fields name wall-clock time in that zone. When clocks go forward, a time
// that does not exist on that day is not due (01:30 in London on 29 March 2026).
// When clocks go back, a time that exists twice is due twice (01:30 in London
// on 25 October 2026): whoever must not run twice a year picks another hour.
func parseCron(spec, zone string) (cron.Schedule, error) {
	spec = strings.TrimSpace(spec)
	if len(spec) > 100 || strings.ContainsAny(spec, "=@") {
		return nil, prentice.Errorf(prentice.Invalid, "schedule %q is not in cron's five fields", clip(spec)).
			Try("write minute hour day month weekday, such as 30 2 * * 1, and the zone beside it")
	}
	s, err := fields.Parse(spec)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "schedule %q: %w", clip(spec), err).
			Try("write minute hour day month weekday, such as 30 2 * * 1")
	}
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, prentice.Errorf(prentice.Invalid, "zone %q is not an IANA time zone", clip(zone)).Try("write a name such as Europe/London, or leave it out for UTC")
	}
	// The parser knows no zone of its own, but takes one that it is given.
	s.(*cron.SpecSchedule).Location = where
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, prentice.Errorf(prentice.Invalid, "schedule %q never comes", spec).Try("look at the day and the month")
	}
	return s, nil
}

// Due lists when a schedule was due after one moment and until another, both
// in UTC, oldest first; of more than MaxDue, the last.
func Due(spec, zone string, after, now time.Time) ([]time.Time, error) {
	s, err := parseCron(spec, zone)
	if err != nil {
		return nil, err
	}
	return dueOf(s, after, now), nil
}

// dueOf looks back in steps that double until they hold enough, so that a
// schedule of every minute that slept for a year costs no more than one that
// slept for a day.
func dueOf(s cron.Schedule, after, now time.Time) []time.Time {
	for span := 2 * time.Hour; ; span *= 2 {
		from := now.Add(-span)
		if !from.After(after) {
			return lastOf(s, after, now)
		}
		if due := lastOf(s, from, now); len(due) == MaxDue {
			return due
		}
	}
}

func lastOf(s cron.Schedule, after, now time.Time) []time.Time {
	var due []time.Time
	for t := s.Next(after); !t.IsZero() && !t.After(now); t = s.Next(t) {
		due = append(due, t.UTC())
	}
	return due[max(0, len(due)-MaxDue):]
}
