package calendar

import (
	"net"
	"regexp"
	"slices"
	"time"

	"prentice/internal/kit/label"
	"prentice/internal/team"
)

// Labelled is a time of maintenance by the labels that alerts carry, for another
// system that knows labels and no catalog. One maintenance may be several.
type Labelled struct {
	Name, Reason string
	Matchers     []string // all of which have to match; none: no label says what is muted
	Own          []string // of the matchers, those that the team wrote
	From, To     time.Time
}

const (
	aheadOfTime = day     // how long before its beginning maintenance is told
	soFar       = 3 * day // up to when at most an end is looked for of what comes again
)

// hostLabels are the labels that can name a host, the first that does counts.
var hostLabels = []string{"host", "hostname", "node", "nodename", "instance"}

// Labelled lists the maintenance that is in force, or begins within a day, by the
// labels of alerts. What it matches is never more than what is muted here: an alert
// that names a service is about that service, and not about its host. No label tells
// a resource.
func (c *Calendar) Labelled(catalog *team.Catalog, now time.Time) (list []Labelled) {
	for _, e := range c.Entries() {
		if e.Kind != Maintenance {
			continue
		}
		own, things := e.Mutes.own(), e.Mutes.labels(catalog)
		for _, s := range e.during.near(now) {
			for _, some := range things {
				list = append(list, Labelled{Name: e.Name, Reason: e.Reason, Matchers: some, Own: own, From: s.From, To: s.To})
			}
		}
	}
	return list
}

// near is the parts of the set that are now or begin soon. The end of what comes
// again is looked for up to a midnight, so that it is the same all day.
func (w when) near(now time.Time) (list []Span) {
	if len(w.intervals) == 0 {
		if w.to.After(now) && w.from.Before(now.Add(aheadOfTime)) {
			list = append(list, Span{From: w.from.UTC(), To: w.to.UTC()})
		}
		return list
	}
	for _, s := range w.spans(now, now.UTC().Truncate(day).Add(soFar)) {
		if s.From.Before(now.Add(aheadOfTime)) {
			list = append(list, s)
		}
	}
	return list
}

func (m Mutes) own() (texts []string) {
	for _, one := range m.Matchers {
		texts = append(texts, one.String())
	}
	return texts
}

// labels is what is muted: what matches all of one of these lists. An empty list is
// that no label tells it.
func (m Mutes) labels(c *team.Catalog) (lists [][]string) {
	switch {
	case m.All:
		return [][]string{{matcher("alertname", "=~", ".+")}}
	case !m.things():
		return [][]string{m.own()}
	case c != nil:
		lists = append(m.serviceLabels(c), m.hostLabels(c)...)
	}
	if len(lists) == 0 {
		return [][]string{nil}
	}
	for i, list := range lists {
		list = append(list, m.own()...)
		slices.Sort(list)
		lists[i] = slices.Compact(list)
	}
	return lists
}

func (m Mutes) serviceLabels(c *team.Catalog) (lists [][]string) {
	var names []string
	for _, s := range c.Services {
		if m.names(c, s.Ref) {
			names = append(names, regexp.QuoteMeta(s.Ref.Name()))
		}
	}
	for _, pattern := range patterns(names) {
		lists = append(lists, []string{matcher("service", "=~", pattern)})
	}
	return lists
}

// hostLabels matches the hosts by name and by address, with a port or without. Of an
// alert that names several hosts, the first label counts.
func (m Mutes) hostLabels(c *team.Catalog) (lists [][]string) {
	var names []string
	for _, h := range c.Hosts {
		if !m.names(c, h.Ref) {
			continue
		}
		names = append(names, regexp.QuoteMeta(h.Ref.Name()))
		address := h.Address
		if bare, _, err := net.SplitHostPort(address); err == nil {
			address = bare
		}
		if address != "" && address != h.Ref.Name() {
			names = append(names, "(?i:"+regexp.QuoteMeta(address)+")")
		}
	}
	for _, pattern := range patterns(names) {
		without := []string{matcher("service", "=", "")}
		for _, name := range hostLabels {
			lists = append(lists, append(slices.Clone(without), matcher(name, "=~", "("+pattern+")(:[0-9]+)?")))
			without = append(without, matcher(name, "=", ""))
		}
	}
	return lists
}

// patterns are alternatives in as few patterns as a matcher may hold.
func patterns(names []string) (list []string) {
	for _, name := range names {
		if n := len(list); n > 0 && len(list[n-1])+len(name) < label.MostValue-50 {
			list[n-1] += "|" + name
		} else {
			list = append(list, name)
		}
	}
	return list
}

func matcher(name, op, value string) string {
	return label.Matcher{Name: name, Op: op, Value: value}.String()
}
