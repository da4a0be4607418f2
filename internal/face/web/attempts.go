package web

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"prentice"
)

// attempts slows down those who guess codes and tokens: ten at once, then one
// every six seconds from each address, and never more than ten a second in all.
type attempts struct {
	mu  sync.Mutex // guards the rest
	by  map[string]*rate.Limiter
	all *rate.Limiter
}

const (
	attemptBurst = 10
	attemptEvery = 6 * time.Second
	mostPeers    = 10_000 // addresses remembered; beyond that all are forgotten
)

func (a *attempts) allow(now time.Time, r *http.Request) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil || len(a.by) > mostPeers {
		a.by = map[string]*rate.Limiter{}
	}
	if a.all == nil {
		a.all = rate.NewLimiter(rate.Limit(attemptBurst), 5*attemptBurst)
	}
	peer, _, _ := net.SplitHostPort(r.RemoteAddr)
	if a.by[peer] == nil {
		a.by[peer] = rate.NewLimiter(rate.Every(attemptEvery), attemptBurst)
	}
	if a.by[peer].AllowN(now, 1) && a.all.AllowN(now, 1) {
		return nil
	}
	return prentice.Errorf(prentice.Limited, "too many attempts to sign in from %s", peer).Try("wait a minute, then try once more")
}
