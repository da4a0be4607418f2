package envcontainer

import (
	"context"
	"crypto/sha256"
	"net"
	"net/netip"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// Networks have 64 addresses, chosen of 10.192.0.0/10 by what they are called: the first is
// what an engine may take for itself, and the last is for all.
const (
	bits        = 26
	firstOfThem = 2
	tries       = 64
)

var pool = netip.MustParsePrefix("10.192.0.0/10")

// subnet is the one that is tried for a network.
func subnet(name string, try byte) netip.Prefix {
	sum := sha256.Sum256(append([]byte(name), try))
	a := pool.Addr().As4()
	a[1] |= sum[0] & 0x3f
	a[2], a[3] = sum[1], sum[2]
	return netip.PrefixFrom(netip.AddrFrom4(a), bits).Masked()
}

// makeNetworks makes the networks of an environment that are not there yet.
func (b *Backend) makeNetworks(ctx context.Context, s environment.Spec) error {
	there, err := b.engine.Networks(ctx, b.carries(s.ID)...)
	if err != nil {
		return b.trouble(ctx, err, "%s does not list networks", b)
	}
	for _, name := range networks(s) {
		if slices.ContainsFunc(there, func(n container.Network) bool { return n.Labels[labelNetwork] == name }) {
			continue
		}
		if err := b.makeNetwork(ctx, s.ID, name); err != nil {
			return err
		}
	}
	return nil
}

func (b *Backend) makeNetwork(ctx context.Context, id, name string) (err error) {
	n := container.Network{Name: b.called(id, "network", name), Labels: b.labels(id, labelNetwork, name)}
	for try := range byte(tries) {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		n.Subnet = subnet(n.Name, try)
		if ofMachine(n.Subnet) {
			continue
		}
		in, cancel := unstopped(ctx)
		err = b.engine.CreateNetwork(in, n)
		cancel()
		if err == nil || !taken(err) {
			return b.trouble(ctx, err, "the network %s cannot be made", name)
		}
	}
	return prentice.Errorf(prentice.Unavailable, "no addresses are free for the network %s: %w", name, err).Try("remove networks that no one needs: %s network prune", b.Name())
}

// taken says whether an engine refused a network because others have its addresses.
func taken(err error) bool {
	said := err.Error()
	return strings.Contains(said, "already used") || strings.Contains(said, "overlap") || strings.Contains(said, "being used")
}

// ofMachine says whether this machine has an address in a network.
func ofMachine(p netip.Prefix) bool {
	all, _ := net.InterfaceAddrs() // without them the engine refuses what is taken
	return slices.ContainsFunc(all, func(a net.Addr) bool {
		has, err := netip.ParsePrefix(a.String())
		return err == nil && has.Masked().Overlaps(p)
	})
}

// stand is where a service stands in a network.
type stand struct {
	network container.Network
	at      netip.Addr
}

// stands are where each service of an environment stands, in the order of its networks. An
// address belongs to the place of a service in its specification.
func (b *Backend) stands(ctx context.Context, s environment.Spec) (map[string][]stand, error) {
	there, err := b.engine.Networks(ctx, b.carries(s.ID)...)
	if err != nil {
		return nil, b.trouble(ctx, err, "%s does not list networks", b)
	}
	named := map[string]container.Network{}
	for _, n := range there {
		named[n.Labels[labelNetwork]] = n
	}
	names := make([]string, 0, len(s.Services))
	for _, one := range s.Services {
		names = append(names, one.Name)
	}
	slices.Sort(names)
	all := map[string][]stand{}
	for _, one := range s.Services {
		for _, name := range networksOf(one) {
			n, is := named[name]
			if !is || !n.Subnet.IsValid() {
				return nil, prentice.Errorf(prentice.Conflict, "the network %s of environment %s was not prepared, or is gone", name, s.ID).Try("prepare the environment again")
			}
			all[one.Name] = append(all[one.Name], stand{n, address(n.Subnet, firstOfThem+slices.Index(names, one.Name))})
		}
	}
	return all, nil
}

func address(p netip.Prefix, nth int) netip.Addr {
	a := p.Masked().Addr().As4()
	a[3] += byte(nth) //nolint:gosec // a network has 64
	return netip.AddrFrom4(a)
}

// hosts are the names by which a service finds others, and itself: each at its address in
// the first network that both stand in.
func hosts(s environment.Spec, all map[string][]stand, of string) (list []string) {
	for _, other := range s.Services {
		for _, mine := range all[of] {
			i := slices.IndexFunc(all[other.Name], func(theirs stand) bool { return theirs.network.ID == mine.network.ID })
			if i < 0 {
				continue
			}
			for _, name := range append([]string{other.Name}, other.Aliases...) {
				list = append(list, name+":"+all[other.Name][i].at.String())
			}
			break
		}
	}
	return list
}
