package githost

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// tries slows down an address from which wrong credentials come.
type tries struct {
	clock func() time.Time

	mu  sync.Mutex // guards the rest
	all map[string]*rate.Limiter
}

// A few wrong ones are mistakes; then one every few seconds is looked at.
const (
	mostWrong  = 10
	wrongEvery = 3 * time.Second
	mostTried  = 10_000 // addresses that are remembered; where there are more, all are forgotten
)

func newTries(clock func() time.Time) *tries {
	return &tries{clock: clock, all: map[string]*rate.Limiter{}}
}

// wait says whether an address has to wait before it is listened to.
func (t *tries) wait(peer string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.all[peer]
	return l != nil && l.TokensAt(t.clock()) < 1
}

func (t *tries) wrong(peer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.all[peer]
	if l == nil {
		if len(t.all) >= mostTried {
			clear(t.all)
		}
		l = rate.NewLimiter(rate.Every(wrongEvery), mostWrong)
		t.all[peer] = l
	}
	l.AllowN(t.clock(), 1)
}
