package prentice

import (
	"encoding/json"
	"time"
)

// AccountRecord is how someone signs in. What they sign in with is known to
// no one.
type AccountRecord struct {
	Person   string          `json:"person"`
	Password bool            `json:"password"` // with its second factor
	Recovery int             `json:"recovery"` // codes that are left
	Passkeys []PasskeyRecord `json:"passkeys,omitempty"`

	PasswordBehind []Ref `json:"password_behind,omitempty"` // the people behind those who sign in with it
}

// PasskeyRecord is what is known of a passkey.
type PasskeyRecord struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen,omitzero"`
	Behind  []Ref     `json:"behind,omitempty"` // the people behind those who sign in with it
	Unread  bool      `json:"unread,omitempty"` // what is stored of it cannot be read, so it signs no one in
}

// Factor is one way in of a person, as it was confirmed to be theirs alone.
type Factor struct {
	Kind   string `json:"kind"`           // password or passkey
	ID     string `json:"id,omitempty"`   // of a passkey
	Name   string `json:"name,omitempty"` // of a passkey
	Behind []Ref  `json:"behind"`         // who counts as behind it no more
}

// String names it in a few words.
func (f Factor) String() string {
	if f.Kind == "passkey" {
		return "the passkey " + f.Name + " (" + f.ID + ")"
	}
	return "the " + f.Kind
}

// PasswordSignIn is what someone types to sign in.
type PasswordSignIn struct{ Name, Password, Code string }

// Ceremony is a question to a browser about a passkey, in the JSON form of
// WebAuthn. Its name comes back with the answer, once.
type Ceremony struct {
	Ceremony string          `json:"ceremony"`
	Options  json.RawMessage `json:"options"`
}

// CeremonyAnswer is what a browser answers. Name is what a new passkey is called,
// and Behind are the people behind those who make it.
type CeremonyAnswer struct {
	Ceremony, Answer, Name string
	Behind                 []Ref
}

// Proof is what someone shows again before they change how they sign in.
type Proof struct {
	Code string    // of their second factor, or a recovery code; "" is none
	At   time.Time // when they signed in with a passkey, or a password and a code; zero is in another way
}
