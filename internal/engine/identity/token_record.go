package identity

import (
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
)

// TokenRecord is what is known of an API token; its value is known to no one.
type TokenRecord struct {
	ID      int64              `json:"id"`
	Name    string             `json:"name"`
	Kind    prentice.ActorKind `json:"kind"`            // whom its holder acts as: Person or Agent
	Person  string             `json:"person"`          // who answers for it
	Role    prentice.Role      `json:"role"`            // the most it may do, never more than its person
	Scope   *prentice.Scope    `json:"scope,omitempty"` // what it is for; nil is not narrowed
	Created time.Time          `json:"created"`
	Expires time.Time          `json:"expires,omitzero"` // zero: never
	Seen    time.Time          `json:"seen,omitzero"`    // about when it was last used, to a few minutes

	Maker  prentice.Ref   `json:"maker,omitempty"`  // who made it; "" is not known
	Behind []prentice.Ref `json:"behind,omitempty"` // the people behind anyone who comes by it
	Parent int64          `json:"parent,omitempty"` // the token that it was made through, with which it ends
	Given  bool           `json:"given,omitempty"`  // of an agent: an owner gave it its name

	SSH string `json:"ssh,omitempty"` // the fingerprint of a public key, where it is one and no token

	Unread string `json:"unread,omitempty"` // what is stored of it and cannot be read
}

// TokenRequest is a wish for an API token. Kind "" is Agent.
type TokenRequest struct {
	Name   string
	Kind   prentice.ActorKind
	Person string
	Role   prentice.Role
	Scope  *prentice.Scope
	Lasts  time.Duration
	By     prentice.Actor // who makes it; the zero Actor is the program, for the person

	key ssh.PublicKey // that is kept in the place of a secret; nil is none
}
