package netns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// Apart is a network that has nothing but its own loopback, for a program that another
// process begins there. It has no name that could be left: it is gone when it is closed, or
// this process is, and no process stands in it.
type Apart struct{ ns *os.File }

// NewApart makes one. Its loopback is up.
func NewApart() (*Apart, error) {
	a := &Apart{}
	s, err := socketIn(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		var err error
		a.ns, err = os.Open("/proc/thread-self/ns/net")
		return err
	}, up)
	if err != nil {
		if a.ns != nil {
			a.ns.Close() //nolint:errcheck // the first error says it all
		}
		return nil, fmt.Errorf("a network cannot be made: %w", err)
	}
	return a, s.Close()
}

// up lets what stands in the network of a socket meet on the loopback.
func up(s int) error {
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCGIFFLAGS, lo); err != nil {
		return err
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo)
}

// Path is where another process of this machine finds the network, for as long as it is not closed.
func (a *Apart) Path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), a.ns.Fd()) }

// Listen listens at an address of the network.
func (a *Apart) Listen(at netip.AddrPort) (net.Listener, error) {
	f, err := socketIn(func() error { return unix.Setns(int(a.ns.Fd()), unix.CLONE_NEWNET) }, listening(at))
	if err != nil {
		return nil, err
	}
	l, err := net.FileListener(f)
	return l, errors.Join(err, f.Close())
}

// Close lets go of it.
func (a *Apart) Close() error { return a.ns.Close() }
