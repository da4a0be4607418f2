package team

import "time"

// SecretRecord is what is known of a secret; never its value.
type SecretRecord struct {
	Name    string    `json:"name"`
	From    string    `json:"from"` // store, file or command
	Set     bool      `json:"set"`
	Changed time.Time `json:"changed,omitzero"` // when its value was written; zero if no one knows
}
