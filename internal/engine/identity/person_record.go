package identity

import (
	"time"

	"prentice"
)

// PersonRecord is what is known of one of the team's people.
type PersonRecord struct {
	Name    string           `json:"name"`
	Role    prentice.Role    `json:"role"` // everywhere
	Created time.Time        `json:"created"`
	Seen    time.Time        `json:"seen,omitzero"` // about when they last came, to a few minutes
	Grants  []prentice.Grant `json:"grants,omitempty"`
	Groups  []prentice.Ref   `json:"groups,omitempty"`
	Unread  string           `json:"unread,omitempty"` // what is stored of them and cannot be read
}
