package run

import (
	"prentice"
	"prentice/internal/engine/gate"
)

// Outlook is what would become of a plan if someone asked for it now. Nothing has
// been asked for, and it may be otherwise a moment later.
type Outlook struct {
	Decision  prentice.Decision   `json:"decision"`
	Hold      *prentice.HoldBack  `json:"hold,omitempty"`      // what would hold it back now, if anything
	Answerers *prentice.Answerers `json:"answerers,omitempty"` // who could approve it, if approval is required
	Already   string              `json:"already,omitempty"`   // that a run of it is under way
	Seen      []prentice.Seen     `json:"seen,omitempty"`      // how its targets were found, when they were waited for
	Contact   *gate.Contact       `json:"contact,omitempty"`   // whether its hosts can be reached; nothing when it acts on no other machine
}
