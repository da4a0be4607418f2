// Package cron says when a schedule in cron's five fields is due in an IANA time
// zone, as crontab(5) and Debian's cron(8) say it. Its words: the fields are
// minute, hour, day of the month, month and day of the week; a schedule is
// *fixed* when neither its minute nor its hour begins with an asterisk. It
// refuses what is no five fields (@daily, TZ=, seconds): they would be a second
// way to say the same.
package cron

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have no list of them

	robfig "github.com/robfig/cron/v3"
)

// Names of the five fields, in their order.
var names = [5]string{"minute", "hour", "day of the month", "month", "day of the week"}

// The positions of fields that have rules of their own.
const (
	minute     = 0
	hour       = 1
	dayOfMonth = 2
	dayOfWeek  = 4
)

// star is the bit by which robfig/cron marks a field that restricts nothing.
const star = 1 << 63

// longest is the longest schedule that is read, in bytes.
const longest = 100

var parser = robfig.NewParser(robfig.Minute | robfig.Hour | robfig.Dom | robfig.Month | robfig.Dow)

// Schedule says when something is due.
//
// A fixed schedule names moments on the wall clock. A moment that is skipped
// because clocks go forward is due once, at the first moment after the gap; one
// that comes twice because clocks go back is due the first time only. A schedule
// that is not fixed, such as every ten minutes, counts the minutes that pass.
// Both are the rules of Debian's cron(8).
type Schedule struct {
	fields [5]string
	spec   *robfig.SpecSchedule
	zone   *time.Location
}

// Zone finds an IANA time zone by its name; "" is UTC. The machine's own zone
// ("Local") is refused, since it differs from machine to machine.
func Zone(name string) (*time.Location, error) {
	where, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, errors.New("is not an IANA time zone")
	}
	return where, nil
}

// Parse reads five fields. The error continues a sentence that names the schedule.
func Parse(text string, zone *time.Location) (*Schedule, error) {
	parts := strings.Fields(text)
	if len(text) > longest || strings.ContainsAny(text, "=@") || len(parts) != len(names) {
		return nil, errors.New("is not five fields of cron")
	}
	parsed, err := parser.Parse(strings.Join(parts, " "))
	if err != nil {
		return nil, fmt.Errorf("is not five fields of cron: %w", err)
	}
	s := &Schedule{fields: [5]string(parts), spec: parsed.(*robfig.SpecSchedule), zone: zone}
	s.spec.Location = zone
	// crontab(5): the two fields for days are alternatives only when neither begins
	// with an asterisk. The parser forgets the asterisk of */2.
	if strings.HasPrefix(s.fields[dayOfMonth], "*") {
		s.spec.Dom |= star
	}
	if strings.HasPrefix(s.fields[dayOfWeek], "*") {
		s.spec.Dow |= star
	}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, errors.New("never comes: look at the day and the month")
	}
	return s, nil
}

// Next is the first moment after t at which the schedule is due, or the zero
// time if there is none within five years.
func (s *Schedule) Next(t time.Time) time.Time {
	if !s.fixed() {
		return s.spec.Next(t)
	}
	wall := *s.spec
	wall.Location = time.UTC
	for at := onTheWall(t.In(s.zone)); ; {
		at = wall.Next(at)
		if at.IsZero() {
			return at
		}
		if due := moment(at, s.zone); due.After(t) {
			return due
		}
	}
}

func (s *Schedule) fixed() bool {
	return !strings.HasPrefix(s.fields[minute], "*") && !strings.HasPrefix(s.fields[hour], "*")
}

// onTheWall is what the clocks show at t, as if they were those of UTC.
func onTheWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moment is when the clocks of a zone first show what wall shows, or, if they
// skip it, the first moment after the gap.
func moment(wall time.Time, zone *time.Location) time.Time {
	_, before := wall.AddDate(0, 0, -1).In(zone).Zone()
	_, after := wall.AddDate(0, 0, 1).In(zone).Zone()
	early, late := wall.Add(-time.Duration(max(before, after))*time.Second), wall.Add(-time.Duration(min(before, after))*time.Second)
	for _, t := range []time.Time{early, late} {
		if onTheWall(t.In(zone)).Equal(wall) {
			return t.In(zone)
		}
	}
	gap, _ := late.In(zone).ZoneBounds()
	return gap
}
