package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
)

// Identity knows people and their sessions. A session is an unguessable string
// that only its holder and Identity have seen; the site keeps it in a cookie.
// Every method answers with an error of kind Unauthenticated when what it was
// given is unknown, used up or too old.
type Identity interface {
	// SignInCode turns a one-time code into a session, and the code is gone.
	SignInCode(ctx context.Context, code string, from identity.Origin) (session string, expires time.Time, err error)
	// SignInToken turns an API token into a session that can do no more than it.
	SignInToken(ctx context.Context, token string, from identity.Origin) (session string, expires time.Time, err error)
	// SignInPassword turns a name, a password and a code into a session.
	SignInPassword(ctx context.Context, in identity.PasswordSignIn, from identity.Origin) (session string, expires time.Time, err error)
	// BeginPasskeySignIn asks a browser, at the origin of these pages, for a
	// passkey; SignInPasskey turns the answer into a session, once.
	BeginPasskeySignIn(ctx context.Context, origin string) (identity.Ceremony, error)
	SignInPasskey(ctx context.Context, in identity.CeremonyAnswer, from identity.Origin) (session string, expires time.Time, err error)
	// HasProvider says whether a provider outside signs people in. BeginProvider is
	// where to send the browser, and the state that comes back with it;
	// SignInProvider turns what came back into a session, once.
	HasProvider() bool
	BeginProvider(ctx context.Context, redirect string) (to, state string, err error)
	SignInProvider(ctx context.Context, state, code string, from identity.Origin) (session string, expires time.Time, err error)
	// Device is what a browser keeps after a sign-in, to be told from strangers at the
	// next one; "" is nothing.
	Device(ctx context.Context, session string) (string, error)
	// Identify says whose session it is.
	Identify(ctx context.Context, session string) (prentice.Actor, error)
	// SignOut ends a session. Ending one that is gone already is no error.
	SignOut(ctx context.Context, session string) error
}
