package identity

import (
	"encoding/json"
	"time"

	"prentice"
)

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
	Behind                 []prentice.Ref
}

// Proof is what someone shows again before they change how they sign in.
type Proof struct {
	Code string    // of their second factor, or a recovery code; "" is none
	At   time.Time // when they signed in with a passkey, or a password and a code; zero is in another way
}

// Origin is where someone signs in from, as far as that can be told.
type Origin struct {
	Address string
	Agent   string // what the browser calls itself
	Device  string // what the last sign-in left there, or ""
}
