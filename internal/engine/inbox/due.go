package inbox

import (
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/cron"
)

// MaxDue is how many due times are told at most; of more, the last.
const MaxDue = 100

// parseSchedule reads cron's five fields and an IANA time zone; no zone is UTC.
func parseSchedule(spec, zone string) (*cron.Schedule, error) {
	where, err := cron.Zone(zone)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "zone %q %w", clip.Text(zone), err).Try("write a name such as Europe/London, or leave it out for UTC")
	}
	s, err := cron.Parse(spec, where)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "schedule %q %w", clip.Text(spec), err).Try("write minute hour day month weekday, such as 30 2 * * 1, and the zone beside it")
	}
	return s, nil
}

// Due lists when a schedule was due after one moment and until another, both
// in UTC, oldest first; of more than MaxDue, the last.
func Due(spec, zone string, after, now time.Time) ([]time.Time, error) {
	s, err := parseSchedule(spec, zone)
	if err != nil {
		return nil, err
	}
	return dueOf(s, after, now), nil
}

// dueOf looks back in steps that double until they hold enough, so that a
// schedule of every minute that slept for a year costs no more than one that
// slept for a day.
func dueOf(s *cron.Schedule, after, now time.Time) []time.Time {
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

func lastOf(s *cron.Schedule, after, now time.Time) []time.Time {
	var due []time.Time
	for t := s.Next(after); !t.IsZero() && !t.After(now); t = s.Next(t) {
		due = append(due, t.UTC())
	}
	return due[max(0, len(due)-MaxDue):]
}
