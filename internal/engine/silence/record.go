package silence

import (
	"strconv"
	"time"

	"prentice"
)

// Silence keeps alerts and failing probes with certain labels from opening incidents
// and from calling people, until it ends.
type Silence struct {
	Number   int64        `json:"number"`
	ID       string       `json:"id"`       // as other tools know it
	Matchers []string     `json:"matchers"` // all of which have to match
	Starts   time.Time    `json:"starts"`
	Ends     time.Time    `json:"ends"`
	By       prentice.Ref `json:"by"`
	Reason   string       `json:"reason"`
	Created  time.Time    `json:"created"`
	Ended    time.Time    `json:"ended,omitzero"` // before its time
	EndedBy  prentice.Ref `json:"ended_by,omitempty"`

	Elsewhere string `json:"elsewhere,omitempty"` // how it stands in the Alertmanager that hears of it, if one does
}

// Ref is what a silence is cited by.
func (s Silence) Ref() prentice.Ref {
	return prentice.NewRef("silence", strconv.FormatInt(s.Number, 10))
}

// The states of a silence, in the words of Alertmanager.
const (
	Pending = "pending"
	Active  = "active"
	Expired = "expired"
)

// State is how a silence is at a moment. It is over at the very moment of its end.
func (s Silence) State(now time.Time) string {
	switch {
	case !s.Ended.IsZero() || !now.Before(s.Ends):
		return Expired
	case now.Before(s.Starts):
		return Pending
	}
	return Active
}
