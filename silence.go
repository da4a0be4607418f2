package prentice

import (
	"strconv"
	"time"
)

// Silence keeps alerts and failing probes with certain labels from opening incidents
// and from calling people, until it ends.
type Silence struct {
	Number   int64     `json:"number"`
	ID       string    `json:"id"`       // as other tools know it
	Matchers []string  `json:"matchers"` // all of which have to match
	Starts   time.Time `json:"starts"`
	Ends     time.Time `json:"ends"`
	By       Ref       `json:"by"`
	Reason   string    `json:"reason"`
	Created  time.Time `json:"created"`
	Ended    time.Time `json:"ended,omitzero"` // before its time
	EndedBy  Ref       `json:"ended_by,omitempty"`

	Elsewhere string `json:"elsewhere,omitempty"` // how it stands in the Alertmanager that hears of it, if one does
}

// Ref is what a silence is cited by.
func (s Silence) Ref() Ref { return NewRef("silence", strconv.FormatInt(s.Number, 10)) }

// The states of a silence, in the words of Alertmanager.
const (
	SilencePending = "pending"
	SilenceActive  = "active"
	SilenceExpired = "expired"
)

// State is how a silence is at a moment. It is over at the very moment of its end.
func (s Silence) State(now time.Time) string {
	switch {
	case !s.Ended.IsZero() || !now.Before(s.Ends):
		return SilenceExpired
	case now.Before(s.Starts):
		return SilencePending
	}
	return SilenceActive
}

// Mute is why a symptom is silent, until when, and by whose doing.
type Mute struct {
	Of    Ref       `json:"of"` // the silence, or calendar/NAME
	By    Ref       `json:"by,omitempty"`
	Why   string    `json:"why"`
	Until time.Time `json:"until,omitzero"` // zero is further away than anyone looked
}
