package team

import (
	"time"

	"prentice"
)

// Mute is why a symptom is silent, until when, and by whose doing.
type Mute struct {
	Of    prentice.Ref `json:"of"` // the silence, or calendar/NAME
	By    prentice.Ref `json:"by,omitempty"`
	Why   string       `json:"why"`
	Until time.Time    `json:"until,omitzero"` // zero is further away than anyone looked
}
