package statuspage

import (
	"slices"
	"time"
)

// Status is how a component stands, as Statuspage writes it; the zero Status is unknown.
type Status string

// The statuses of components.
const (
	Unknown     Status = "unknown"
	Operational Status = "operational"
	Maintenance Status = "under_maintenance"
	Degraded    Status = "degraded_performance"
	Partial     Status = "partial_outage"
	Major       Status = "major_outage"
)

// ranks are statuses from what is best to what is worst. What is known to be bad is worse than
// what is not known; maintenance explains what is not known, and nothing worse than degraded.
var ranks = []Status{Operational, Unknown, Maintenance, Degraded, Partial, Major}

func (s Status) rank() int {
	if s == "" {
		s = Unknown
	}
	return slices.Index(ranks, s)
}

// Worse is the worse of two statuses.
func Worse(a, b Status) Status {
	if b.rank() > a.rank() {
		a = b
	}
	if a == "" {
		return Unknown
	}
	return a
}

// Word is the status for people.
func (s Status) Word() string {
	switch s {
	case Operational:
		return "Operational"
	case Maintenance:
		return "Maintenance"
	case Degraded:
		return "Degraded"
	case Partial:
		return "Partial outage"
	case Major:
		return "Major outage"
	}
	return "Unknown"
}

// Impact is how much an incident is felt.
type Impact string

// The impacts of incidents.
const (
	None     Impact = "none"
	Minor    Impact = "minor"
	Much     Impact = "major"
	Critical Impact = "critical"
)

// Status is what an open incident of an impact makes of its components, at least.
func (i Impact) Status() Status {
	switch i {
	case Minor:
		return Degraded
	case Much:
		return Partial
	case Critical:
		return Major
	}
	return Operational
}

// Behind is a service that stands behind a component.
type Behind struct {
	Status     Status // operational, degraded, major outage or unknown
	Since      time.Time
	Maintained bool // someone works on it: its faults are known
}

// Facts are what is known of a component now.
type Facts struct {
	Services   []Behind
	Burning    bool     // its objective burns or is spent
	Left       *float64 // of the budget of its objective; nil is unknown
	Severities []string // of open incidents about its services
	Days       []Day    // oldest first
}

// Judge is how a component stands, and since when if that is known. posted are the impacts of
// what people have told of it.
func (c Rule) Judge(f Facts, posted []Impact) (Status, time.Time) {
	status, since := behind(f.Services)
	if f.Burning {
		status = Worse(status, Degraded)
	}
	for _, s := range f.Severities {
		if counts, there := c.Incidents[s]; there {
			status = Worse(status, counts)
		}
	}
	for _, p := range posted {
		status = Worse(status, p.Status())
	}
	return status, since
}

// behind is how services stand together: all down is a major outage, some of several a partial
// one. Services that someone works on count as maintenance, whatever is seen of them.
func behind(services []Behind) (status Status, since time.Time) {
	down := 0
	for _, s := range services {
		seen := s.Status
		switch {
		case s.Maintained:
			seen = Maintenance
		case seen == Major:
			down++
			seen = Partial
		}
		if s.Since.After(since) {
			since = s.Since
		}
		if status == "" {
			status = seen
		}
		status = Worse(status, seen)
	}
	if down > 0 && down == len(services) {
		status = Major
	}
	return Worse(status, status), since
}

// Day is how a component stood on a day of UTC, by looks at its services.
type Day struct {
	Date     string `json:"date"`
	Status   Status `json:"status"`
	Passed   int64  `json:"passed"`
	Failed   int64  `json:"failed"`
	Unseen   int64  `json:"unseen"`
	Degraded int64  `json:"degraded,omitempty"` // of those that passed
}

// Judged is the day with the status that its looks come to: one failed of ten is a partial outage,
// one of two a major one, and fewer than that degraded.
func (d Day) Judged() Day {
	switch of := d.Passed + d.Failed; {
	case of == 0:
		d.Status = Unknown
	case 2*d.Failed >= of:
		d.Status = Major
	case 10*d.Failed >= of:
		d.Status = Partial
	case d.Failed > 0 || 10*d.Degraded >= of:
		d.Status = Degraded
	default:
		d.Status = Operational
	}
	return d
}

// Plus is two services on one day.
func (d Day) Plus(o Day) Day {
	d.Passed, d.Failed, d.Unseen, d.Degraded = d.Passed+o.Passed, d.Failed+o.Failed, d.Unseen+o.Unseen, d.Degraded+o.Degraded
	return d.Judged()
}
