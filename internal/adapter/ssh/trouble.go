package ssh

import (
	"errors"

	"prentice"
	"prentice/internal/engine/gate"
)

// trouble is an error that says in one word why a host is not reached.
type trouble struct {
	state gate.ContactState
	error
}

func (t trouble) Unwrap() error { return t.error }

// Trouble says why a host was not reached.
func Trouble(err error) gate.ContactState {
	if t, ok := errors.AsType[trouble](err); ok {
		return t.state
	}
	for ; err != nil; err = errors.Unwrap(err) { // that nothing was done is said around it
		if e, ok := err.(*prentice.Error); ok && e.Kind == prentice.Unavailable {
			return gate.ContactNoAnswer
		}
	}
	return gate.ContactOther
}
