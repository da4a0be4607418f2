package identity

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	// ProviderSession is how long a session lasts that a provider vouched for:
	// what it takes away is gone within the hour. Signing in again is a click.
	ProviderSession = time.Hour
	// ProviderStanding is how long the programs that someone's tokens are for act
	// after the provider last vouched for them.
	ProviderStanding = 30 * 24 * time.Hour
)

// Provider signs people in from outside.
type Provider interface {
	// Door is where to send a browser on an errand, and the state that it brings
	// back.
	Door(e Errand, state string) (string, error)
	// Exchange turns the code that a browser brought back into whom the provider
	// names, in a token that it signed for us and for this errand.
	Exchange(ctx context.Context, e Errand, code string, clock func() time.Time) (Outsider, error)
}

// Errand is what is kept while someone is away at the provider: Nonce and Verifier
// are secrets that only the answer to it can know of.
type Errand struct{ Nonce, Verifier, Redirect string }

// Outsider is whom a provider names.
type Outsider struct {
	Issuer, Subject, Name string
	Groups                []prentice.Ref
	Role                  prentice.Role // "" is none
}

// HasProvider says whether a provider signs people in.
func (i *Identity) HasProvider() bool { return i.Provider != nil }

// BeginProvider is where to send a browser to sign in, and the state that comes
// back with it.
func (i *Identity) BeginProvider(ctx context.Context, redirect string) (to, state string, err error) {
	if i.Provider == nil {
		return "", "", prentice.Errorf(prentice.NotFound, "no provider signs people in here").Try("use a passkey, a password or a one-time link")
	}
	state = newSecret()
	e := Errand{Nonce: newSecret(), Verifier: newSecret(), Redirect: redirect}
	if to, err = i.Provider.Door(e, state); err != nil {
		return "", "", err
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return "", "", err
	}
	if err := i.keepCeremony(ctx, state, "provider", "", string(raw)); err != nil {
		return "", "", err
	}
	return to, state, nil
}

// SignInProvider turns what came back from the provider into a session. It
// counts once, for whom the provider names in a token that it signed for us, for
// this errand, and only if one of their groups has a role here.
func (i *Identity) SignInProvider(ctx context.Context, state, code string, from Origin) (session string, expires time.Time, err error) {
	kind, raw, err := i.takeCeremony(ctx, state, "")
	var e Errand
	if err == nil && (kind != "provider" || i.Provider == nil || json.Unmarshal([]byte(raw), &e) != nil) {
		err = Unvouched(errors.New("it answers another question"))
	}
	if err != nil {
		return "", expires, err
	}
	who, err := i.Provider.Exchange(ctx, e, code, i.clock)
	if err != nil {
		return "", expires, err
	}
	var refused error
	err = i.change(ctx, func(tx *db.Tx) error {
		if refused, err = i.vouched(tx, who); refused != nil || err != nil {
			return err
		}
		session, expires, err = i.begin(tx, opening{person: who.Name, way: "sso", from: from, most: i.clock().Add(ProviderSession)})
		return err
	})
	return session, expires, errors.Join(refused, err)
}

// Unvouched says that an answer of the provider does not count, and why.
func Unvouched(err error) error {
	return prentice.Errorf(prentice.Unauthenticated, "the provider's answer does not hold: %w", err).Try("begin once more from the sign-in page")
}
