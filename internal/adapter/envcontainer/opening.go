package envcontainer

import (
	"context"
	"net/netip"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/netns"
)

// opening is one that is open, for as long as the first process of its container is the same.
type opening struct {
	pid int
	end context.CancelFunc
}

// opened gives a container its opening, if it may reach something outside and has none yet:
// a socket on its own loopback, made from outside, behind which a proxy stands.
func (b *Backend) opened(ctx context.Context, s container.State, hosts []string) error {
	if len(hosts) == 0 || s.State.Pid == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() != nil {
		return context.Cause(b.ctx)
	}
	switch has := b.open[s.ID]; {
	case has.pid == s.State.Pid:
		return nil
	case has.end != nil: // it was begun again, in a network that is new
		has.end()
	}
	p, err := b.proxyTo(hosts)
	if err != nil {
		return err
	}
	l, err := netns.Listen(s.State.Pid, word(s.ID), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), egress.Port))
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the container cannot be given its opening: %w", err).Try("look whether its image begins something at port %d", egress.Port)
	}
	in, cancel := context.WithCancel(b.ctx)
	b.open[s.ID] = opening{s.State.Pid, cancel}
	b.wait.Go(func() {
		p.Serve(in, l) //nolint:errcheck // who asks by it is told
		cancel()
	})
	return nil
}

// proxyTo lets through to hosts, and never to this machine.
func (b *Backend) proxyTo(hosts []string) (*egress.Proxy, error) {
	p := &egress.Proxy{Apart: !b.here}
	for _, host := range hosts {
		rule, err := egress.ParseRule(host)
		if err != nil {
			return nil, prentice.Errorf(prentice.Invalid, "the host %q cannot be reached: %w", host, err)
		}
		p.Rules = append(p.Rules, rule)
	}
	return p, nil
}

// closeOpening closes the opening of a container, where it has one.
func (b *Backend) closeOpening(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if has, is := b.open[id]; is {
		has.end()
		delete(b.open, id)
	}
}
