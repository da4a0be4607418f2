package cron

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func parse(t *testing.T, spec, zone string) *Schedule {
	t.Helper()
	where, err := Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(spec, where)
	if err != nil {
		t.Fatalf("%q: %v", spec, err)
	}
	return s
}

func TestWhenASchedulesIsDue(t *testing.T) {
	const london, berlin = "Europe/London", "Europe/Berlin"
	for _, c := range []struct {
		name, spec, zone, after, until string
		due                            []string // UTC
	}{
		{"a skipped time is due once, at the first moment after the gap", "30 2 * * *", berlin, "2026-03-28 12:00", "2026-03-30 12:00", []string{"2026-03-29 01:00", "2026-03-30 00:30"}},
		{"two skipped times are due together", "0,30 2 * * *", berlin, "2026-03-28 12:00", "2026-03-29 12:00", []string{"2026-03-29 01:00"}},
		{"a skipped time and one after the gap are due each", "30 2,3 * * *", berlin, "2026-03-28 12:00", "2026-03-29 12:00", []string{"2026-03-29 01:00", "2026-03-29 01:30"}},
		{"the hour after the gap is due once", "30 2 * * *", london, "2026-03-29 00:00", "2026-03-29 12:00", []string{"2026-03-29 01:30"}},
		{"a doubled time is due the first time only", "30 1 * * *", london, "2026-10-24 12:00", "2026-10-26 12:00", []string{"2026-10-25 00:30", "2026-10-26 01:30"}},
		{"between the two it is not due again", "30 1 * * *", london, "2026-10-25 00:45", "2026-10-25 12:00", nil},
		{"the hour after the doubled one is due once", "30 2 * * *", london, "2026-10-25 00:00", "2026-10-25 12:00", []string{"2026-10-25 02:30"}},
		{"every hour stays every hour when clocks go forward", "0 * * * *", london, "2026-03-28 23:30", "2026-03-29 02:00", []string{"2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00"}},
		{"every hour stays every hour when clocks go back", "0 * * * *", london, "2026-10-24 23:30", "2026-10-25 02:00", []string{"2026-10-25 00:00", "2026-10-25 01:00", "2026-10-25 02:00"}},
		{"a change of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", "2026-10-03 20:00", []string{"2026-10-03 15:30"}},
		{"a day that a zone left out", "0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00", "2012-01-02 00:00", []string{"2011-12-30 10:00"}},
		{"a star with a step restricts, and leaves no choice", "0 9 */2 * 1", "", "2026-11-01 00:00", "2026-11-16 00:00", []string{"2026-11-09 09:00"}},
		{"days of the month or of the week, when neither is a star", "0 9 1 * 1", "", "2026-11-01 00:00", "2026-11-10 00:00", []string{"2026-11-01 09:00", "2026-11-02 09:00", "2026-11-09 09:00"}},
		{"a leap day", "0 0 29 2 *", "", "2026-01-01 00:00", "2028-12-31 00:00", []string{"2028-02-29 00:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, until := parse(t, c.spec, c.zone), at(t, c.until)
			var due []string
			for next := s.Next(at(t, c.after)); !next.IsZero() && !next.After(until); next = s.Next(next) {
				due = append(due, next.UTC().Format("2006-01-02 15:04"))
			}
			if !slices.Equal(due, c.due) {
				t.Errorf("due %v, want %v", due, c.due)
			}
		})
	}
}

// Whatever the zone, a fixed schedule of once a day is due once on each day.
func TestAFixedScheduleIsDueOnceADay(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "Antarctica/Troll"} {
		for _, spec := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"} {
			s, days := parse(t, spec, zone), map[string]int{}
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, s.zone)
			for next := s.Next(start.Add(-time.Second)); next.Year() == 2026; next = s.Next(next) {
				days[next.Format(time.DateOnly)]++
			}
			if len(days) != 365 {
				t.Errorf("%s in %s: due on %d days", spec, zone, len(days))
			}
			for day, n := range days {
				if n != 1 {
					t.Errorf("%s in %s: due %d times on %s", spec, zone, n, day)
				}
			}
		}
	}
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for _, spec := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "@daily", "TZ=UTC * * * * *", "CRON_TZ=", "0 0 30 2 *", "*/0 * * * *", "0 0 * * " + strings.Repeat("1,", 60) + "1"} {
		if _, err := Parse(spec, time.UTC); err == nil {
			t.Errorf("%q is taken", spec)
		}
	}
	for _, zone := range []string{"Europe/Londn", "Local", "../etc/passwd"} {
		if _, err := Zone(zone); err == nil {
			t.Errorf("zone %q is taken", zone)
		}
	}
}

func TestAdviceOnASchedule(t *testing.T) {
	for _, c := range []struct {
		spec, zone, advice string
	}{
		{"30 4 * * 1", "Europe/Berlin", ""},
		{"0 * * * *", "Europe/Berlin", ""},
		{"30 2 * * *", "UTC", ""},
		{"30 2 * * *", "Europe/Berlin", "02:30 does not exist on 2027-03-28 in Europe/Berlin; it is then due at 03:00|02:30 comes twice on 2027-10-31 in Europe/Berlin; it is due the first time only"},
		{"0 9 1 * 1", "UTC", "it is due on each day that fits day of the month 1 or day of the week 1, not only on those that fit both"},
		{"0 9 */2 * 1", "UTC", ""},
		{"*/90 * * * *", "UTC", "the step /90 of minute is larger than the field, which has 60 values"},
		{"1,,2 * * * *", "UTC", "the list 1,,2 of minute has an empty member"},
	} {
		if got := strings.Join(parse(t, c.spec, c.zone).Advice(time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)), "|"); got != c.advice {
			t.Errorf("%s in %s:\n got %q\nwant %q", c.spec, c.zone, got, c.advice)
		}
	}
}
