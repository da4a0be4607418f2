package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/label"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// mostEntries bounds the entries of each kind, and the intervals, of one file.
const mostEntries = 500

// File is the calendar in the team folder.
var File = team.File[*Calendar]{Name: "calendar.yaml", Load: Load, Unread: team.Unread{IsEmpty: true, HoldsBack: true}}

// Load reads a team's calendar.yaml. With an error among the findings there is
// no calendar, and anyone who has an older one keeps it. An empty file is a
// calendar without entries.
func Load(file string, text []byte) (*Calendar, []prentice.Finding) {
	r := reader{Reader: strict.Reader{Near: nearest.Of}, file: file, intervals: map[string][]timeinterval.TimeInterval{}, names: map[string]int{}}
	c := &Calendar{zone: time.UTC}
	if top := r.Document(text); top != nil {
		r.calendar(c, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return c, []prentice.Finding{}
}

type reader struct {
	strict.Reader
	file      string
	zone      *time.Location
	intervals map[string][]timeinterval.TimeInterval
	names     map[string]int // of entries, with their lines
}

func (r *reader) calendar(c *Calendar, top *strict.Node) {
	v := r.Mapping(top, "calendar", "zone", "time_intervals", "freezes", "windows", "maintenance")
	r.zone = time.UTC
	if v["zone"] != nil {
		r.zone = r.location(v["zone"])
	}
	c.zone = r.zone
	for _, n := range r.few(v["time_intervals"], "time_intervals") {
		r.interval(n)
	}
	for _, n := range r.few(v["freezes"], "freezes") {
		c.entries = append(c.entries, r.entry(n, Freeze))
	}
	for _, n := range r.few(v["windows"], "windows") {
		c.entries = append(c.entries, r.entry(n, Window))
	}
	for _, n := range r.few(v["maintenance"], "maintenance") {
		c.entries = append(c.entries, r.entry(n, Maintenance))
	}
}

func (r *reader) few(n *strict.Node, what string) []*strict.Node {
	list := r.List(n, what)
	if len(list) > mostEntries {
		r.Wrong(n, "leave out what is not needed", "%s has %d entries, at most %d are read", what, len(list), mostEntries)
		return nil
	}
	return list
}

// location reads a zone by its IANA name. The machine's own zone is refused: on
// another machine the same file would mean something else.
func (r *reader) location(n *strict.Node) *time.Location {
	name := r.Text(n, "zone")
	where, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		r.Wrong(n, "write a name such as Europe/London or UTC", "%q is not an IANA time zone", clip.Text(name))
		return time.UTC
	}
	return where
}

// interval reads one named list of Alertmanager's time intervals.
func (r *reader) interval(n *strict.Node) {
	v := r.Mapping(n, "time interval", "name", "time_intervals")
	name := r.name(v["name"], n, "time interval")
	if _, there := r.intervals[name]; there && name != "" {
		r.Wrong(v["name"], "choose another name", "there is another time interval %q", name)
	}
	if v["time_intervals"] == nil {
		r.Wrong(n, "write time_intervals as Alertmanager does", "the time interval has no time_intervals")
	}
	list := []timeinterval.TimeInterval{}
	for _, one := range r.List(v["time_intervals"], "time_intervals") {
		list = append(list, r.times(one))
	}
	r.intervals[name] = list
}

var timeKeys = []string{"times", "weekdays", "days_of_month", "months", "years", "location"}

// times reads one interval: its keys strictly, its values as Alertmanager does.
func (r *reader) times(n *strict.Node) (i timeinterval.TimeInterval) {
	v := r.Mapping(n, "time interval", timeKeys...)
	if len(v) == 0 {
		r.Wrong(n, "name times, weekdays, days_of_month, months or years", "an empty time interval would be always")
		return i
	}
	for _, key := range timeKeys[:len(timeKeys)-1] {
		for _, one := range r.List(v[key], key) {
			if key == "times" {
				r.Mapping(one, "time", "start_time", "end_time")
			}
		}
	}
	if v["location"] != nil {
		r.location(v["location"])
	}
	if len(r.Problems) > 0 {
		return i
	}
	if err := n.Decode(&i); err != nil {
		r.Wrong(n, "see book/reference/calendar.md for how times are written", "%s", clip.Text(strings.ReplaceAll(err.Error(), "\n", " ")))
	}
	return i
}

func (r *reader) name(n, of *strict.Node, what string) string {
	name := r.Needed(n, of, what, "name", "give it a name that people can cite")
	if name != "" && !prentice.ValidName(name) {
		r.Wrong(n, "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(name))
	}
	return name
}

// entry reads one freeze, window or maintenance.
func (r *reader) entry(n *strict.Node, kind Kind) Entry {
	what := kind.String()
	e := Entry{Kind: kind, At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	scope := "applies"
	if kind == Maintenance {
		scope = "mutes"
	}
	v := r.Mapping(n, what, "name", "during", "from", "to", "reason", scope)
	e.Name = r.name(v["name"], n, what)
	if line := r.names[e.Name]; line > 0 && e.Name != "" {
		r.Wrong(v["name"], fmt.Sprintf("the other one is in line %d", line), "there is another entry %q", e.Name)
	}
	r.names[e.Name] = n.Line
	e.Reason = r.Needed(v["reason"], n, what, "reason", "say why in one sentence: people read it when they are blocked")
	e.during = r.when(v, n, what)
	if kind == Maintenance {
		e.Mutes = r.mutes(v["mutes"], n)
	} else {
		e.Applies = r.scope(v["applies"], n, what)
	}
	return e
}

func (r *reader) when(v map[string]*strict.Node, n *strict.Node, what string) (w when) {
	from, to, during := v["from"], v["to"], v["during"]
	switch {
	case during != nil && (from != nil || to != nil):
		r.Wrong(during, "keep one of the two", "a %s has either during or from and to", what)
	case during != nil:
		w.intervals = r.during(during)
	case from == nil || to == nil:
		r.Wrong(n, "write during: [names of time intervals], or from and to", "the %s does not say when", what)
	default:
		w.from, w.to = r.moment(from, "from"), r.moment(to, "to")
		if !w.from.Before(w.to) && len(r.Problems) == 0 {
			r.Wrong(to, "swap them", "the %s ends before it begins", what)
		}
	}
	return w
}

func (r *reader) during(n *strict.Node) (list []timeinterval.TimeInterval) {
	var known []string
	for name := range r.intervals {
		known = append(known, name)
	}
	slices.Sort(known)
	if len(known) == 0 {
		r.Wrong(n, "declare them under time_intervals", "there are no time intervals")
		return nil
	}
	for _, name := range r.Choices(n, "time_intervals", known) {
		list = append(list, r.intervals[name]...)
	}
	return list
}

// moment reads a day in the team's zone, or a moment with its offset. The day
// that something lasts to is a part of it.
func (r *reader) moment(n *strict.Node, key string) time.Time {
	text := r.Text(n, key)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, text, r.zone)
	if err != nil {
		r.Wrong(n, "write a day such as 2026-12-18, or a moment such as 2026-12-18T18:00:00Z", "%s is %q", key, clip.Text(text))
		return time.Time{}
	}
	if key == "to" {
		return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, r.zone)
	}
	return t
}

func (r *reader) scope(n, of *strict.Node, what string) (s Scope) {
	if n == nil {
		r.Wrong(of, "write applies: {all: true} if you mean everything", "the %s does not say what it applies to", what)
		return s
	}
	v := r.Mapping(n, "scope", "all", "procedures", "systems", "services", "hosts", "resources", "risk")
	if s.All = r.all(n, v, "applies"); s.All || len(v) == 0 || v["all"] != nil {
		return s
	}
	s.Procedures = r.Words(v["procedures"], "procedures")
	s.Systems = r.Words(v["systems"], "systems")
	s.Services = r.Words(v["services"], "services")
	s.Hosts = r.Words(v["hosts"], "hosts")
	s.Resources = r.Words(v["resources"], "resources")
	if v["risk"] != nil {
		for _, word := range r.Choices(v["risk"], "risk", []string{"change", "danger"}) {
			risk, _ := prentice.ParseRisk(word) // a word that is none has been told
			s.Risks = append(s.Risks, risk)
		}
	}
	return s
}

// all says whether a scope is everything: that has to be written out, and alone.
func (r *reader) all(n *strict.Node, v map[string]*strict.Node, what string) bool {
	if len(v) == 0 {
		r.Wrong(n, "write all: true if you mean everything", "%s is empty, and empty is never all", what)
		return false
	}
	all := v["all"]
	if all == nil {
		return false
	}
	is := all.Tag == "!!bool" && strings.EqualFold(all.Value, "true")
	if !is || len(v) > 1 {
		r.Wrong(all, "write all: true and nothing beside it, or leave it out", "all is %q with %d other keys", clip.Text(all.Value), len(v)-1)
	}
	return is
}

// mutes reads what a maintenance mutes.
func (r *reader) mutes(n, of *strict.Node) (m Mutes) {
	if n == nil {
		r.Wrong(of, "write mutes: {services: […]}, or {all: true} if you mean everything", "the maintenance does not say what it mutes")
		return m
	}
	v := r.Mapping(n, "mutes", "all", "systems", "services", "hosts", "resources", "matchers")
	if m.All = r.all(n, v, "mutes"); m.All || len(v) == 0 || v["all"] != nil {
		return m
	}
	m.Systems, m.Services = r.Words(v["systems"], "systems"), r.Words(v["services"], "services")
	m.Hosts, m.Resources = r.Words(v["hosts"], "hosts"), r.Words(v["resources"], "resources")
	selects := false
	for _, one := range r.List(v["matchers"], "matchers") {
		text := r.Text(one, "matcher")
		match, err := label.Parse(text)
		if err != nil && text != "" {
			r.Wrong(one, `write label="value", with =, !=, =~ or !~, such as alertname="HighLoad"`, "%v", err)
			continue
		}
		selects = selects || match.Selects()
		m.Matchers = append(m.Matchers, match)
	}
	if len(r.Problems) == 0 && !m.things() && !selects {
		r.Wrong(v["matchers"], "name services, systems, hosts or resources beside them, or write all: true if you mean everything", "these matchers would mute everything")
	}
	return m
}
