package envcontainer

import (
	"context"
	"errors"

	"prentice"
)

// place is what is at work on one environment: at one time one for each of its services, and
// none while it is removed.
type place struct {
	work     map[string]*work
	removing int
}

type work struct {
	cancel context.CancelCauseFunc
	done   chan struct{}
}

var errRemoved = errors.New("the environment is being removed")

// begin waits until no one else is at work on a part of an environment. What is done in ctx
// is given up when the environment is removed; end says that it is done.
func (b *Backend) begin(ctx context.Context, id, part string) (in context.Context, end func(), err error) {
	for {
		b.mu.Lock()
		p := b.places[id]
		if p == nil {
			p = &place{work: map[string]*work{}}
			b.places[id] = p
		}
		if p.removing > 0 {
			b.mu.Unlock()
			return nil, nil, prentice.Errorf(prentice.Conflict, "environment %s: %w", id, errRemoved).Try("make another one: env create")
		}
		before := p.work[part]
		if before == nil {
			in, cancel := context.WithCancelCause(ctx)
			w := &work{cancel, make(chan struct{})}
			p.work[part] = w
			b.mu.Unlock()
			return in, func() {
				cancel(nil)
				b.mu.Lock()
				delete(p.work, part)
				b.forget(id, p)
				b.mu.Unlock()
				close(w.done)
			}, nil
		}
		b.mu.Unlock()
		select {
		case <-before.done:
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

// forget keeps nothing of an environment on which no one is at work. The caller has the lock.
func (b *Backend) forget(id string, p *place) {
	if len(p.work) == 0 && p.removing == 0 && b.places[id] == p {
		delete(b.places, id)
	}
}

// removing ends all work on an environment, and keeps more from beginning until end.
func (b *Backend) removing(ctx context.Context, id string) (end func(), err error) {
	b.mu.Lock()
	p := b.places[id]
	if p == nil {
		p = &place{work: map[string]*work{}}
		b.places[id] = p
	}
	p.removing++
	var ending []*work
	for _, w := range p.work {
		w.cancel(prentice.Errorf(prentice.Conflict, "environment %s: %w", id, errRemoved))
		ending = append(ending, w)
	}
	b.mu.Unlock()
	end = func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		p.removing--
		b.forget(id, p)
	}
	for _, w := range ending {
		select {
		case <-w.done:
		case <-ctx.Done():
			end()
			return nil, context.Cause(ctx)
		}
	}
	return end, nil
}
