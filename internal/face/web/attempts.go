package web

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"prentice"
	"prentice/internal/kit/crowd"
)

// attempts slows down those who try to sign in, by way and address: anyone who
// guesses passwords closes no link, and a flood from one address no other. What
// is a long secret (a link, a token, a passkey) is looked at in any case, so that
// a good one always opens, however many bad ones came from the same address:
// behind a proxy or a router, many people have one. Passwords, which can be
// guessed, are counted by name too, where people are kept.
type attempts struct {
	mu sync.Mutex // guards the rest
	by map[string]*rate.Limiter
}

// The bounds of one address in one way: bad attempts, and questions that are kept
// until they are answered.
const (
	badBurst  = 10
	badEvery  = 6 * time.Second
	askBurst  = 60
	askEvery  = 200 * time.Millisecond
	mostPeers = 10_000 // remembered; beyond that all are forgotten
)

// ask refuses one more question of a way from an address.
func (a *attempts) ask(now time.Time, way string, r *http.Request) error {
	return a.count(now, "ask "+way, r, rate.Every(askEvery), askBurst)
}

// bad is what a bad attempt is told: why it was bad, or, from when there were too
// many, that alone.
func (a *attempts) bad(now time.Time, way string, r *http.Request, err error) error {
	if prentice.KindOf(err) != prentice.Unauthenticated {
		return err
	}
	if limited := a.count(now, "bad "+way, r, rate.Every(badEvery), badBurst); limited != nil {
		return limited
	}
	return err
}

func (a *attempts) count(now time.Time, what string, r *http.Request, every rate.Limit, burst int) error {
	peer := crowd.Peer(r.RemoteAddr)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil || len(a.by) > mostPeers {
		a.by = map[string]*rate.Limiter{}
	}
	key := what + " " + peer
	if a.by[key] == nil {
		a.by[key] = rate.NewLimiter(every, burst)
	}
	if a.by[key].AllowN(now, 1) {
		return nil
	}
	return prentice.Errorf(prentice.Limited, "too many attempts to sign in this way from %s", peer).Try("wait a minute, then try once more; the other ways are open")
}
