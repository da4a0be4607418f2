package envcontainer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"strings"

	"prentice"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/netns"
)

// reaching is the network of one build: apart, with a proxy on its loopback that lets through
// to the hosts of the environment and nothing else.
type reaching struct {
	apart *netns.Apart
	proxy *egress.Proxy
	end   context.CancelFunc
	done  chan struct{}
}

// reach gives a build a network, where the environment names hosts; nil is none. An engine
// that does not number processes as this machine does would take its path for another's.
func (b *Backend) reach(ctx context.Context, service string, hosts []string) (*reaching, error) {
	if len(hosts) == 0 {
		return nil, nil
	}
	if b.engine.Name != "Podman" || !b.engine.SeesProcesses(ctx) {
		return nil, prentice.Errorf(prentice.Unavailable, "the image of service %s is built of what its hosts have, and %s gives a build no network that leads to them alone", service, b).
			Try("let Podman of this machine build it, or leave hosts out of x-prentice and bring what it is built of in the tree")
	}
	p, err := b.proxyTo(hosts)
	if err != nil {
		return nil, err
	}
	if err := b.proven(ctx); err != nil {
		return nil, err
	}
	r := &reaching{proxy: p, done: make(chan struct{})}
	if r.apart, err = netns.NewApart(); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the build of service %s cannot be given a network: %w", service, err)
	}
	l, err := r.apart.Listen(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), egress.Port))
	if err != nil {
		return nil, errors.Join(err, r.apart.Close())
	}
	in, cancel := context.WithCancel(ctx)
	r.end = cancel
	go func() {
		defer close(r.done)
		p.Serve(in, l) //nolint:errcheck // who asks by it is told
	}()
	return r, nil
}

// path is where the engine finds the network; "" is that there is none.
func (r *reaching) path() string {
	if r == nil {
		return ""
	}
	return r.apart.Path()
}

// args are those by which a build finds its proxy. Engines know them, and keep them out of
// the image; what the compose file says itself counts more.
func (r *reaching) args(own map[string]string) map[string]string {
	if r == nil {
		return own
	}
	all := map[string]string{}
	for _, pair := range egress.Environment(nil) {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	maps.Copy(all, own)
	return all
}

// close ends the network, and tells what was asked for by it.
func (r *reaching) close(tell io.Writer) {
	if r == nil {
		return
	}
	r.end()
	<-r.done
	r.apart.Close() //nolint:errcheck // it was only held
	for _, one := range r.proxy.Requests() {
		switch {
		case one.Why != "":
			fmt.Fprintf(tell, "refused %s: %s\n", one.Host, one.Why) //nolint:errcheck // who is told may be gone
		case one.Unreachable():
			fmt.Fprintf(tell, "%s did not answer\n", one.Host) //nolint:errcheck // so may they here
		default:
			fmt.Fprintf(tell, "reached %s: %d bytes\n", one.Host, one.Got) //nolint:errcheck // and here
		}
	}
}
