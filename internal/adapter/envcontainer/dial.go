package envcontainer

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/netns"
)

// found is where a service was found.
type found struct {
	container string
	pid       int
	at        netip.Addr
}

// Dial implements environment.Backend: the connection is made within the network of the
// service, at the address that its neighbours see.
func (b *Backend) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	if port <= 0 || port > 65535 {
		return nil, prentice.Errorf(prentice.Invalid, "%d is no port", port).Try("name one between 1 and 65535")
	}
	key := id + "/" + service
	b.mu.Lock()
	where, known := b.known[key]
	b.mu.Unlock()
	for range 2 {
		if !known {
			var err error
			if where, err = b.find(ctx, id, service); err != nil {
				return nil, err
			}
			b.mu.Lock()
			b.known[key] = where
			b.mu.Unlock()
		}
		c, err := netns.Dial(ctx, where.pid, word(where.container), netip.AddrPortFrom(where.at, uint16(port))) //nolint:gosec // it is a port
		switch {
		case errors.Is(err, netns.ErrGone) && known:
			known = false
			continue
		case err != nil:
			return nil, prentice.Errorf(prentice.Unavailable, "service %s of environment %s: %w", service, id, err).Try("look what it says: env logs %s", id)
		}
		return c, nil
	}
	return nil, prentice.Errorf(prentice.Unavailable, "service %s of environment %s has ended", service, id).Try("look what it says: env logs %s", id)
}

// running is the container of a service, where it runs.
func (b *Backend) running(ctx context.Context, id, service string) (container.Listed, container.State, error) {
	list, err := b.engine.List(ctx, false, append(b.carries(id), labelService+"="+service)...)
	if err != nil {
		return container.Listed{}, container.State{}, b.trouble(ctx, err, "%s does not list containers", b)
	}
	c, is := only(list)
	if !is {
		return c, container.State{}, prentice.Errorf(prentice.NotFound, "environment %s has no service %s that was begun", id, service).Try("look at its services: env show %s", id)
	}
	s, err := b.engine.State(ctx, c.ID)
	switch {
	case err != nil:
		return c, s, b.trouble(ctx, err, "%s does not say how service %s is", b, service)
	case !s.State.Running:
		return c, s, prentice.Errorf(prentice.Unavailable, "service %s of environment %s does not run", service, id).Try("look what it says: env logs %s", id)
	}
	return c, s, nil
}

func (b *Backend) find(ctx context.Context, id, service string) (found, error) {
	c, s, err := b.running(ctx, id, service)
	if err != nil {
		return found{}, err
	}
	own, err := b.engine.Networks(ctx, b.carries(id)...)
	if err != nil {
		return found{}, b.trouble(ctx, err, "%s does not list networks", b)
	}
	for _, e := range s.NetworkSettings.Networks {
		for _, n := range own {
			if a, err := netip.ParseAddr(e.IPAddress); err == nil && n.Subnet.Contains(a) {
				return found{c.ID, s.State.Pid, a}, nil
			}
		}
	}
	return found{}, prentice.Errorf(prentice.Unavailable, "service %s of environment %s has no address", service, id).Try("look how it is: env show %s", id)
}
