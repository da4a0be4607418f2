package identity

import (
	"time"

	"prentice"
)

// AccountRecord is how someone signs in. What they sign in with is known to
// no one.
type AccountRecord struct {
	Person   string          `json:"person"`
	Password bool            `json:"password"` // with its second factor
	Recovery int             `json:"recovery"` // codes that are left
	Passkeys []PasskeyRecord `json:"passkeys,omitempty"`

	PasswordBehind []prentice.Ref `json:"password_behind,omitempty"` // the people behind those who sign in with it
}

// PasskeyRecord is what is known of a passkey.
type PasskeyRecord struct {
	ID      string         `json:"id"`
	Name    string         `json:"name"`
	Created time.Time      `json:"created"`
	Seen    time.Time      `json:"seen,omitzero"`
	Behind  []prentice.Ref `json:"behind,omitempty"` // the people behind those who sign in with it
	Unread  bool           `json:"unread,omitempty"` // what is stored of it cannot be read, so it signs no one in
}

// Factor is one way in of a person, as it was confirmed to be theirs alone.
type Factor struct {
	Kind   string         `json:"kind"`           // password or passkey
	ID     string         `json:"id,omitempty"`   // of a passkey
	Name   string         `json:"name,omitempty"` // of a passkey
	Behind []prentice.Ref `json:"behind"`         // who counts as behind it no more
}

// String names it in a few words.
func (f Factor) String() string {
	if f.Kind == "passkey" {
		return "the passkey " + f.Name + " (" + f.ID + ")"
	}
	return "the " + f.Kind
}
