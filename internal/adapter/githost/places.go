package githost

import (
	"context"
	"sync"
	"time"

	"prentice"
)

// How many are served at once. Each is a git of its own, with memory of its own.
const (
	mostPushes = 8
	mostReads  = 32
)

// places are for so many at once, and half of them for one requester: who holds
// connections open keeps no one else out.
type places struct {
	all chan struct{}

	mu  sync.Mutex
	own map[prentice.Ref]chan struct{}
}

func newPlaces(n int) *places {
	return &places{all: make(chan struct{}, n), own: map[prentice.Ref]chan struct{}{}}
}

// of are the places of one requester.
func (p *places) of(by prentice.Ref) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.own[by] == nil {
		p.own[by] = make(chan struct{}, cap(p.all)/2)
	}
	return p.own[by]
}

// enter waits until few enough are served.
func (h *Host) enter(ctx context.Context, s Service, by prentice.Ref) (free func(), err error) {
	p := h.reads
	if s == Receive {
		p = h.pushes
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	own := p.of(by)
	select {
	case own <- struct{}{}:
	case <-ctx.Done():
		return nil, prentice.Errorf(prentice.Limited, "%d of yours are served at this moment", cap(own)).Try("let one of them end, and try again")
	}
	select {
	case p.all <- struct{}{}:
		return func() { <-p.all; <-own }, nil
	case <-ctx.Done():
		<-own
		return nil, prentice.Errorf(prentice.Limited, "too many are served at this moment").Try("try again in a moment")
	}
}
