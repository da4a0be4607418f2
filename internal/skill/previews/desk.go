package previews

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
)

const (
	codeLife = time.Minute     // of a code, from the pages to the preview
	passLife = 12 * time.Hour  // of a pass, at most
	trusted  = 2 * time.Second // how long who may look is believed without asking again
	mostKept = 10_000          // passes of which that is remembered
)

// standing is who may look, as it was looked up.
type standing struct {
	who   prentice.Ref
	plain bool
	at    time.Time
}

// refused is the one answer to what lets no one in.
func refused() error {
	return prentice.Errorf(prentice.Unauthenticated, "this does not let you in").Try("sign in, or ask for another share link")
}

// Place is the environment under a name.
func (k *Desk) Place(ctx context.Context, name string) (preview.Place, error) {
	if err := k.there(); err != nil {
		return preview.Place{}, err
	}
	return k.Targets.Place(ctx, name)
}

// Dial connects to a service.
func (k *Desk) Dial(ctx context.Context, env, service string, port int) (net.Conn, error) {
	return k.Targets.Dial(ctx, env, service, port)
}

// Asked remembers a request.
func (k *Desk) Asked(env string, a preview.Asked) { k.requests.Add(env, a) }

// code makes one for a person, for a host of a place.
func (k *Desk) code(ctx context.Context, env, host, person string, now time.Time) (string, error) {
	code := rand.Text()
	return code, k.putCode(ctx, hashOf(code), env, host, person, now)
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// Enter turns a code into a pass.
func (k *Desk) Enter(ctx context.Context, code, host string, p preview.Place) (pass string, ends time.Time, err error) {
	env, at, person, until, err := k.takeCode(ctx, hashOf(code))
	if err != nil {
		return "", time.Time{}, err
	}
	now := k.Clock()
	if env != p.ID || at != host || !now.Before(until) {
		return "", time.Time{}, refused()
	}
	return k.seal(preview.Pass{Env: env, Person: person, Ends: now.Add(passLife)}, host)
}

// Asks says whether a link counts who follows it.
func (k *Desk) Asks(ctx context.Context, token string, p preview.Place) (bool, error) {
	l, err := k.genuine(ctx, token, p)
	return l.Uses > 0 && err == nil && l.State(k.Clock()) == "good", err
}

// Follow turns the token of a link into a pass.
func (k *Desk) Follow(ctx context.Context, token, host string, p preview.Place) (pass string, ends time.Time, err error) {
	l, err := k.genuine(ctx, token, p)
	if err != nil {
		return "", time.Time{}, err
	}
	key, err := k.signs()
	if err != nil {
		return "", time.Time{}, err
	}
	if l, err = k.use(ctx, l.Number, func(l preview.Link) bool { return p.Is(l.Env) && key.Genuine(token, l) }); err != nil {
		return "", time.Time{}, err
	}
	return k.seal(preview.Pass{Env: l.Env, Link: l.Number, Ends: earlier(l.Ends, k.Clock().Add(passLife))}, host)
}

// Bearer is who shows the token of a link with each request. One that counts its uses is
// for browsers.
func (k *Desk) Bearer(ctx context.Context, token string, p preview.Place) (preview.Visit, error) {
	l, err := k.genuine(ctx, token, p)
	if err != nil || l.Uses > 0 || !l.Holds(k.Clock()) {
		return preview.Visit{}, refused()
	}
	return preview.Visit{Place: p, Who: linkRef(l.Number), Plain: l.Plain, Ends: l.Ends}, nil
}

// genuine is the link of a token, where it is one of ours and of this place.
func (k *Desk) genuine(ctx context.Context, token string, p preview.Place) (preview.Link, error) {
	number, ok := preview.NumberOf(token)
	if !ok {
		return preview.Link{}, refused()
	}
	key, err := k.signs()
	if err != nil {
		return preview.Link{}, err
	}
	l, err := k.link(ctx, number)
	if err == nil && (!key.Genuine(token, l) || !p.Is(l.Env)) {
		err = refused()
	}
	return l, err
}

// Visitor is whose pass it is, if they may look now: the person is of the team, or the link
// is neither over nor taken back.
func (k *Desk) Visitor(ctx context.Context, pass, host string, p preview.Place) (preview.Visit, error) {
	key, err := k.signs()
	if err != nil {
		return preview.Visit{}, err
	}
	now := k.Clock()
	is, ok := key.Unseal(pass, host, now)
	if !ok || !p.Is(is.Env) {
		return preview.Visit{}, refused()
	}
	s, ok := k.remembered(pass, now)
	if !ok {
		if s, err = k.look(ctx, is, now); err != nil {
			return preview.Visit{}, err
		}
		k.remember(pass, s)
	}
	return preview.Visit{Place: p, Who: s.who, Plain: s.plain, Ends: is.Ends}, nil
}

func (k *Desk) look(ctx context.Context, is preview.Pass, now time.Time) (standing, error) {
	if is.Link != 0 {
		l, err := k.link(ctx, is.Link)
		if err != nil || l.Env != is.Env || !l.Holds(now) {
			return standing{}, refused()
		}
		return standing{linkRef(l.Number), l.Plain, now}, nil
	}
	actor, err := k.Standing(ctx, is.Person)
	if err != nil || !actor.Most().Includes(prentice.Viewer) {
		return standing{}, refused()
	}
	return standing{actor.Ref(), false, now}, nil
}

func (k *Desk) remembered(pass string, now time.Time) (standing, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.known[pass]
	age := now.Sub(s.at) // a clock that jumped back must not make it last
	return s, ok && age >= 0 && age < trusted
}

func (k *Desk) remember(pass string, s standing) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= mostKept {
		k.known = map[string]standing{}
	}
	k.known[pass] = s
}

// forget lets everyone be looked up again.
func (k *Desk) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = nil
}

func (k *Desk) seal(p preview.Pass, host string) (string, time.Time, error) {
	key, err := k.signs()
	if err != nil {
		return "", time.Time{}, err
	}
	return key.Seal(p, host), p.Ends, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
