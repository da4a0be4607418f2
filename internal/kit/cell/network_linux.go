package cell

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// network is one of a service: it stays while the cell does, so that a service that is begun
// again has the same one.
type network struct {
	space *os.File
	at    netip.Addr // the first address; it is not valid where the service is joined to no other
}

// own is the file of the network of this thread.
func own() (*os.File, error) { return os.Open("/proc/thread-self/ns/net") }

// within performs something by a thread that is in a network. What is begun there stays in it.
func (k *keeper) within(space *os.File, do func() error) error {
	runtime.LockOSThread()
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err := do()
	if back := unix.Setns(int(k.hub.Fd()), unix.CLONE_NEWNET); back != nil {
		return errors.Join(err, back) // the thread stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}

// fresh makes a network in which there is a loopback, where any program may listen at any port.
func (k *keeper) fresh() (space *os.File, err error) {
	err = k.within(k.hub, func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		if space, err = own(); err != nil {
			return err
		}
		os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0) //nolint:errcheck // then ports below 1024 are refused
		return up("lo", "")
	})
	return space, err
}

// networkOf is the network of a service, joined to all that it is to be joined to.
func (k *keeper) networkOf(s Service) (*network, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := k.networks[s.Name]; n != nil {
		return n, nil
	}
	space, err := k.fresh()
	if err != nil {
		return nil, fmt.Errorf("a network: %w", err)
	}
	n := &network{space: space}
	for i, l := range s.Links {
		if err := k.join(space, l, i); err != nil {
			space.Close() //nolint:errcheck // it ends with it
			return nil, fmt.Errorf("the network %s: %w", l.Network, err)
		}
		if p, err := netip.ParsePrefix(l.Address); err == nil && i == 0 {
			n.at = p.Addr()
		}
	}
	if len(s.Links) == 0 {
		n.at = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	k.networks[s.Name] = n
	return n, nil
}

// join joins a network to a bridge, which is made where it is not there.
func (k *keeper) join(space *os.File, l Link, i int) error {
	bridge := k.bridges[l.Network]
	if bridge == "" {
		bridge = "b" + strconv.Itoa(len(k.bridges))
		if err := k.within(k.hub, func() error { return addBridge(bridge) }); err != nil {
			return err
		}
		k.bridges[l.Network] = bridge
	}
	k.pairs++
	far := "eth" + strconv.Itoa(i)
	if err := k.within(k.hub, func() error { return addPair("v"+strconv.Itoa(k.pairs), bridge, far, int(space.Fd())) }); err != nil {
		return err
	}
	return k.within(space, func() error { return up(far, l.Address) })
}

// dial connects to a port of a service from its own network, by the address at which others find it.
func (k *keeper) dial(name string, port int) (*os.File, error) {
	k.mu.Lock()
	n := k.networks[name]
	k.mu.Unlock()
	if n == nil {
		return nil, fmt.Errorf("the service %s has no network: it was not begun", name)
	}
	var s int
	err := k.within(n.space, func() (err error) {
		if s, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Sec: 10}) //nolint:errcheck // then it waits longer
		if err = unix.Connect(s, &unix.SockaddrInet4{Port: port, Addr: n.at.As4()}); err != nil {
			unix.Close(s) //nolint:errcheck // the first error says it all
			return err
		}
		unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{}) //nolint:errcheck // who uses it has deadlines of its own
		return nil
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(s), "dialled"), nil
}

// listen is a socket at the loopback of a service, or at all its addresses.
func (k *keeper) listen(sv Service, port int, others bool) (*os.File, error) {
	at := [4]byte{127, 0, 0, 1}
	if others {
		at = [4]byte{}
	}
	n, err := k.networkOf(sv)
	if err != nil {
		return nil, err
	}
	var l net.Listener
	err = k.within(n.space, func() (err error) {
		s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		f := os.NewFile(uintptr(s), "listen")
		defer f.Close()                                                       //nolint:errcheck // the listener has its own
		syscall.SetsockoptInt(s, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) //nolint:errcheck // then it says that the port is taken
		if err := syscall.Bind(s, &syscall.SockaddrInet4{Port: port, Addr: at}); err != nil {
			return err
		}
		if err := syscall.Listen(s, 128); err != nil {
			return err
		}
		l, err = net.FileListener(f)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer l.Close() //nolint:errcheck // its file is handed out
	return l.(*net.TCPListener).File()
}
