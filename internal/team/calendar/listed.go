package calendar

import "time"

// Span is a time from its first moment up to, but not including, its last. A
// zero To is further away than anyone looked.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Listed is a freeze, a window or maintenance, and when it is in force.
type Listed struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"` // freeze: nothing it applies to is begun in it; window: only in it; maintenance: no one is told in it
	Reason  string    `json:"reason"`
	Applies string    `json:"applies"` // to what, in words
	InForce bool      `json:"in_force"`
	Until   time.Time `json:"until,omitzero"` // when that changes next; zero is further away than anyone looked
	Spans   []Span    `json:"spans"`          // of the days that were asked for, in order

	Elsewhere string `json:"elsewhere,omitempty"` // of maintenance: how it stands in the Alertmanager that hears of it, if one does
}

// Days is what a team's calendar says of some days. They begin with the
// day of From in the team's zone.
type Days struct {
	Zone    string    `json:"zone"`
	Now     time.Time `json:"now"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Entries []Listed  `json:"entries"`
}
