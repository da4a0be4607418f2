package identity

import (
	"time"

	"prentice"
)

// SessionRecord is what is known of a browser that is signed in. Its ID is no
// secret and lets no one in.
type SessionRecord struct {
	ID      string         `json:"id"`
	Person  string         `json:"person"`
	Way     string         `json:"way"` // how it was opened: link, token, password, passkey or sso
	Address string         `json:"address,omitempty"`
	Agent   string         `json:"agent,omitempty"`
	Created time.Time      `json:"created"`
	Seen    time.Time      `json:"seen"`             // about when it was last used, to a few minutes
	Idle    time.Time      `json:"idle"`             // when it ends if no one uses it
	Expires time.Time      `json:"expires"`          // when it ends in any case
	Behind  []prentice.Ref `json:"behind,omitempty"` // the people behind anyone who uses it
	Unread  string         `json:"unread,omitempty"` // what is stored of it and cannot be read
}
