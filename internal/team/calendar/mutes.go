package calendar

import (
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/label"
	"prentice/internal/team"
)

// Mutes is what a maintenance mutes: all, or what is about one of the things that
// it names; with matchers, only what they match of it, or of everything when no
// thing is named. The zero Mutes is nothing.
type Mutes struct {
	All                                 bool
	Systems, Services, Hosts, Resources []string
	Matchers                            []label.Matcher
}

// things says whether any thing is named.
func (m Mutes) things() bool {
	return len(m.Systems)+len(m.Services)+len(m.Hosts)+len(m.Resources) > 0
}

// covers says whether a symptom is muted. What it is about is what prentice found
// out; a label that a sender wrote names no thing.
func (m Mutes) covers(c *team.Catalog, about prentice.Ref, labels map[string]string) bool {
	switch {
	case m.All:
		return true
	case m.things() && !m.names(c, about):
		return false
	case len(m.Matchers) == 0:
		return m.things()
	}
	return label.Fit(m.Matchers, labels)
}

// names says whether a thing is named, or a part of what is named: a service or a
// resource of a system, and a service all of whose hosts are worked on.
func (m Mutes) names(c *team.Catalog, about prentice.Ref) bool {
	name, in := about.Name(), map[string][]string{"system": m.Systems, "service": m.Services, "host": m.Hosts, "resource": m.Resources}[about.Kind()]
	if slices.Contains(in, name) {
		return true
	}
	if c == nil {
		return false
	}
	if e, err := c.Entity(about); err == nil && e.System != "" && slices.Contains(m.Systems, e.System.Name()) {
		return true
	}
	if about.Kind() != "service" {
		return false
	}
	s, err := c.Service(name)
	if err != nil {
		return false
	}
	off := func(h team.Host) bool { return slices.Contains(m.Hosts, h.Ref.Name()) }
	return s.System != "" && slices.Contains(m.Systems, s.System.Name()) ||
		len(s.Hosts) > 0 && !slices.ContainsFunc(s.Hosts, func(h team.Host) bool { return !off(h) })
}

// String is what is muted, in words.
func (m Mutes) String() string {
	if m.All {
		return "every alert and probe"
	}
	words := named{{"system", m.Systems}, {"service", m.Services}, {"host", m.Hosts}, {"resource", m.Resources}}.words()
	text := strings.Join(words, " and ")
	var match []string
	for _, one := range m.Matchers {
		match = append(match, one.String())
	}
	switch {
	case len(match) == 0:
		return text
	case text == "":
		return strings.Join(match, " ")
	}
	return text + ", of it " + strings.Join(match, " ")
}

// Mute is the maintenance that mutes a symptom at a moment, or nil. Of several it is
// the one that lasts longest.
func (c *Calendar) Mute(catalog *team.Catalog, about prentice.Ref, labels map[string]string, now time.Time) *team.Mute {
	var longest *team.Mute
	if c == nil {
		return nil
	}
	for _, e := range c.entries {
		if e.Kind != Maintenance || !e.during.has(now) || !e.Mutes.covers(catalog, about, labels) {
			continue
		}
		until := e.during.flips(now)
		if longest == nil || until.IsZero() || !longest.Until.IsZero() && until.After(longest.Until) {
			longest = &team.Mute{Of: prentice.NewRef("calendar", e.Name), Why: e.Reason, Until: until}
		}
	}
	return longest
}

// Maintained is the maintenance that is in force at a moment or will be within some
// days: all, or with about what names that thing.
func (c *Calendar) Maintained(catalog *team.Catalog, about prentice.Ref, now time.Time, days int) []Listed {
	list := []Listed{}
	for _, e := range c.Entries() {
		if e.Kind != Maintenance || about != "" && !e.Mutes.All && !e.Mutes.names(catalog, about) {
			continue
		}
		if shown := e.shown(now, now, now.Add(time.Duration(days)*day)); shown.InForce || len(shown.Spans) > 0 {
			list = append(list, shown)
		}
	}
	return list
}

// Turn names the maintenance that is in force at a moment, and says when that is next
// otherwise; zero when no one looked so far ahead.
func (c *Calendar) Turn(now time.Time) (mark string, next time.Time) {
	var names []string
	for _, e := range c.Entries() {
		if e.Kind != Maintenance {
			continue
		}
		if e.during.has(now) {
			names = append(names, e.Name)
		}
		if at := e.during.flips(now); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return strings.Join(names, " "), next
}
