// Package calendar says when runs may begin, and when no one is told of a fault.
//
// Its words: a freeze is a time in which nothing that it applies to is begun; a
// window is a time outside of which nothing that it applies to is begun. Both
// are kept by the team in calendar.yaml, in git, and bind people as much as
// prentice. A freeze beats a window. Of several windows that apply, all must be
// open: the strictest wins, and times that are as good as each other are one
// window with several intervals. A maintenance is a time in which someone works
// on things: what fails of them is known, and muted until its end. It holds back
// no run.
//
// Times are written as Alertmanager writes them and are worked out by its own
// package, so that they mean the same here: wall-clock time in the interval's
// location, UTC when it names none. When clocks go forward, the part of an
// interval that does not exist is not there; when they go back, the part that
// exists twice is there twice.
//
// It refuses to guess: a file with an error is no calendar, an empty list of
// what something applies to is never all, and the zone of the machine is never
// used. It reads no clock, no file and no database.
package calendar

import (
	"fmt"
	"prentice/internal/team"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have no list of them

	"prentice"
)

// Kind tells freezes from windows. The zero Kind is Freeze.
type Kind uint8

// The kinds of entry.
const (
	Freeze Kind = iota
	Window
	Maintenance
)

// String is the kind's name.
func (k Kind) String() string {
	switch k {
	case Window:
		return "window"
	case Maintenance:
		return "maintenance"
	}
	return "freeze"
}

// Entry is one freeze, window or maintenance.
type Entry struct {
	Kind    Kind
	Name    string
	Reason  string
	Applies Scope // of a freeze or a window
	Mutes   Mutes // of a maintenance
	At      prentice.Pos

	during when
}

// Calendar is a team's freezes, windows and maintenance. It never changes once made.
// The nil Calendar has none.
type Calendar struct {
	entries []Entry // freezes first, then windows, each in the order of the file
	zone    *time.Location
}

// Zone is where the team's days begin.
func (c *Calendar) Zone() *time.Location {
	if c == nil || c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// Entries lists the freezes, then the windows, then the maintenance.
func (c *Calendar) Entries() []Entry {
	if c == nil {
		return nil
	}
	return slices.Clone(c.entries)
}

// At lists the entries that are in force at a moment.
func (c *Calendar) At(now time.Time) []Entry {
	var found []Entry
	for _, e := range c.Entries() {
		if e.during.has(now) {
			found = append(found, e)
		}
	}
	return found
}

// Hold says why a plan must not begin now, or "" when nothing holds it back,
// and when to look again; zero when that is further away than anyone looked.
// Looking harms no one, so a plan that only looks is never held.
func (c *Calendar) Hold(services *team.Catalog, plan prentice.Plan, now time.Time) (says string, until time.Time) {
	if c == nil || plan.Risk == prentice.Look {
		return "", time.Time{}
	}
	on := touched(services, plan)
	for _, e := range c.entries {
		if e.Kind == Freeze && e.Applies.covers(on) && e.during.has(now) {
			until = e.during.flips(now)
			return fmt.Sprintf("frozen by %s until %s: %s%s", e.Name, c.moment(until), e.Reason, e.Applies.because(on)), until
		}
	}
	return c.closed(on, now)
}

// closed says which windows are not open, and when the last of them opens.
func (c *Calendar) closed(on scene, now time.Time) (says string, until time.Time) {
	var told []string
	never := false
	for _, e := range c.entries {
		if e.Kind != Window || !e.Applies.covers(on) || e.during.has(now) {
			continue
		}
		opens := e.during.flips(now)
		never = never || opens.IsZero()
		if opens.After(until) {
			until = opens
		}
		told = append(told, fmt.Sprintf("outside the window %s, which opens %s: %s%s", e.Name, c.moment(opens), e.Reason, e.Applies.because(on)))
	}
	if never {
		until = time.Time{}
	}
	return strings.Join(told, "; "), until
}

// moment is a time in the team's zone, and in UTC beside it.
func (c *Calendar) moment(t time.Time) string {
	const long = "2006-01-02 15:04 MST"
	switch {
	case t.IsZero():
		return fmt.Sprintf("later than in %d days", farthest/day)
	case c.Zone() == time.UTC:
		return t.UTC().Format(long)
	}
	return fmt.Sprintf("%s (%s)", t.In(c.Zone()).Format(long), t.UTC().Format(long))
}

// Days is what stands in the calendar on some days, beginning with that of now
// in the team's zone.
func (c *Calendar) Days(now time.Time, days int) Days {
	local := now.In(c.Zone())
	d := Days{
		Zone: c.Zone().String(), Now: now.UTC(), Entries: []Listed{},
		From: time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, c.Zone()),
		To:   time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, c.Zone()),
	}
	for _, e := range c.Entries() {
		d.Entries = append(d.Entries, e.shown(now, d.From, d.To))
	}
	return d
}

func (e Entry) shown(now, from, to time.Time) Listed {
	return Listed{
		Name: e.Name, Kind: e.Kind.String(), Reason: e.Reason, Applies: e.to(),
		InForce: e.during.has(now), Until: e.during.flips(now), Spans: e.during.spans(from, to),
	}
}

// to is what an entry applies to, in words.
func (e Entry) to() string {
	if e.Kind == Maintenance {
		return e.Mutes.String()
	}
	return e.Applies.String()
}
