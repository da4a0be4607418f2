package api

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"prentice"
	"prentice/internal/kit/crowd"
)

// Limits are how fast one actor, and one address that no one knows, may ask.
type Limits struct {
	Actor, Stranger           rate.Limit // requests a second
	ActorBurst, StrangerBurst int
}

// DefaultLimits hold where Config says nothing.
func DefaultLimits() Limits {
	return Limits{Actor: 50, ActorBurst: 200, Stranger: 10, StrangerBurst: 20}
}

// known lets a request through when someone known sends it, and not too fast.
func (f *face) known(then func(http.ResponseWriter, *http.Request, prentice.Actor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, err := f.Authenticate(r)
		if err == nil && actor.Known() {
			actor.Door = "api"
			if f.slow(w, f.actors, string(actor.Ref())) {
				then(w, r, actor)
			}
			return
		}
		if !f.slow(w, f.strangers, crowd.Peer(r.RemoteAddr)) {
			return
		}
		if e, ok := errors.AsType[*prentice.Error](err); err != nil && (!ok || e.Kind != prentice.Unauthenticated) {
			f.refuse(w, r, err)
			return
		}
		nobody := prentice.Errorf(prentice.Unauthenticated, "you are not signed in")
		if err != nil {
			writeProblem(w, 0, nobody.Try("send a token that is neither revoked nor expired"))
			return
		}
		writeProblem(w, 0, nobody.Try("send a token: Authorization: Bearer TOKEN"))
	}
}

// open lets anyone through, not too fast.
func (f *face) open(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if f.slow(w, f.strangers, crowd.Peer(r.RemoteAddr)) {
			then(w, r)
		}
	}
}

// slow says whether the request comes slowly enough, and answers it if not.
func (f *face) slow(w http.ResponseWriter, l *limiter, who string) bool {
	wait := l.wait(f.Clock(), who)
	if wait <= 0 {
		return true
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	w.Header().Set("Retry-After", seconds)
	writeProblem(w, 0, prentice.Errorf(prentice.Limited, "too many requests").Try("ask again in %s s", seconds))
	return false
}

// mostRemembered is how many are told apart at once, and idle how long one who
// says nothing is remembered. Longer than a bucket takes to fill again,
// forgetting changes nothing.
const (
	mostRemembered = 20_000
	idle           = time.Minute
)

// others is who all are that come when too many are remembered: they share a
// bucket.
const others = "others"

// limiter holds a bucket for each who asks.
type limiter struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex // guards the fields below
	buckets map[string]*bucket
	swept   time.Time
}

type bucket struct {
	*rate.Limiter
	last time.Time
}

func newLimiter(r rate.Limit, burst int, otherwise rate.Limit, otherwiseBurst int) *limiter {
	if r <= 0 || burst <= 0 {
		r, burst = otherwise, otherwiseBurst
	}
	return &limiter{rate: r, burst: burst, buckets: map[string]*bucket{}}
}

// wait is how long someone must wait before asking; 0 is not at all.
func (l *limiter) wait(now time.Time, who string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	if l.buckets[who] == nil && len(l.buckets) >= mostRemembered {
		who = others
	}
	b := l.buckets[who]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.buckets[who] = b
	}
	b.last = now
	reservation := b.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// sweep forgets those who have been silent, now and then.
func (l *limiter) sweep(now time.Time) {
	if d := now.Sub(l.swept); d >= 0 && d < idle/4 {
		return
	}
	l.swept = now
	for who, b := range l.buckets {
		if now.Sub(b.last) > idle || b.last.After(now) {
			delete(l.buckets, who)
		}
	}
}
