package statuspage

import (
	"slices"
	"time"
)

// Page is all that users are told. There is nothing else in it.
type Page struct {
	Title       string      `json:"title"`
	URL         string      `json:"url"`               // where it is, for feeds and programs; without a slash at its end
	Contact     string      `json:"contact,omitempty"` // where users ask
	Public      bool        `json:"public"`
	At          time.Time   `json:"at"` // when it was made
	Components  []Component `json:"components"`
	Incidents   []Incident  `json:"incidents"`   // the newest first
	Maintenance []Window    `json:"maintenance"` // the next first
}

// Component is a part of the product, as it stands.
type Component struct {
	Name   string    `json:"name"` // in addresses
	Title  string    `json:"title"`
	About  string    `json:"about,omitempty"`
	Group  string    `json:"group,omitempty"`
	Status Status    `json:"status"`
	Since  time.Time `json:"since,omitzero"`
	Days   []Day     `json:"days"`           // oldest first
	Left   *float64  `json:"left,omitempty"` // of its budget, where the file makes that public
	Budget bool      `json:"budget,omitempty"`
}

// Incident is what people were told of a fault.
type Incident struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Impact     Impact    `json:"impact"`
	State      string    `json:"state"`      // of the newest update
	Components []string  `json:"components"` // their names
	Opened     time.Time `json:"opened"`
	Resolved   time.Time `json:"resolved,omitzero"`
	Updates    []Update  `json:"updates"` // the newest first
}

// Open says whether it goes on.
func (i Incident) Open() bool { return i.Resolved.IsZero() }

// Touched is when it was last told of.
func (i Incident) Touched() time.Time {
	if len(i.Updates) == 0 {
		return i.Opened
	}
	return i.Updates[0].At
}

// Update is what was said at one time.
type Update struct {
	ID    string    `json:"id"`
	State string    `json:"state"` // investigating, identified, monitoring or resolved
	Says  string    `json:"says"`
	At    time.Time `json:"at"`
}

// Window is planned maintenance.
type Window struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Components []string  `json:"components"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to,omitzero"` // zero is further away than anyone looked
}

// Begun says whether it goes on at a time.
func (w Window) Begun(now time.Time) bool { return !w.From.After(now) }

// Build makes the page of what is known. facts are by the names of components.
func (r *Rules) Build(now time.Time, facts map[string]Facts, incidents []Incident, windows []Window) Page {
	p := Page{Title: r.Title, URL: r.URL, Contact: r.Contact, Public: r.Public, At: now.UTC().Truncate(time.Second), Components: []Component{}, Incidents: incidents, Maintenance: windows}
	for _, c := range r.Components {
		var posted []Impact
		for _, i := range incidents {
			if i.Open() && slices.Contains(i.Components, c.Name) {
				posted = append(posted, i.Impact)
			}
		}
		f := facts[c.Name]
		out := Component{Name: c.Name, Title: c.Title, About: c.About, Group: c.Group, Days: f.Days, Budget: c.Budget}
		out.Status, out.Since = c.Judge(f, posted)
		if c.Budget {
			out.Left = f.Left
		}
		p.Components = append(p.Components, out)
	}
	return p
}

// Overall is how all of it stands together, in the words of Statuspage.
func (p Page) Overall() (indicator, says string) {
	count := map[Status]int{}
	for _, c := range p.Components {
		count[c.Status]++
	}
	switch all := len(p.Components); {
	case all > 0 && count[Major] == all:
		return "critical", "Major System Outage"
	case count[Major]+count[Partial] > 0:
		return "major", "Partial System Outage"
	case count[Degraded] > 0:
		return "minor", "Minor Service Outage"
	case count[Unknown] > 0:
		return "minor", "The Status Of Some Systems Is Unknown"
	case count[Maintenance] > 0:
		return "maintenance", "Service Under Maintenance"
	case all == 0:
		return "minor", "No Systems Are Shown"
	}
	return "none", "All Systems Operational"
}
