package netns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ErrGone says that a process is not there, or is another one.
var ErrGone = errors.New("its process is gone")

// patience is how long a socket may take to be connected: where there is room, no time.
const patience = 10 * time.Second

// Dial connects to an address in the network of a process whose control groups hold a word.
func Dial(ctx context.Context, pid int, word string, to netip.AddrPort) (net.Conn, error) {
	f, err := socket(pid, word, func(s int) error {
		wait := unix.NsecToTimeval(int64(patience))
		if err := unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait); err != nil {
			return err
		}
		if err := unix.Connect(s, address(to)); err != nil {
			return fmt.Errorf("%s: %w", to, err)
		}
		return unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{})
	})
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // the connection has its own
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return net.FileConn(f)
}

// Listen listens at an address in the network of a process whose control groups hold a word.
func Listen(pid int, word string, at netip.AddrPort) (net.Listener, error) {
	f, err := socket(pid, word, func(s int) error {
		if err := unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
		if err := unix.Bind(s, address(at)); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		return unix.Listen(s, 128)
	})
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // so has the listener
	return net.FileListener(f)
}

// socket makes a socket in a network. A socket belongs to the network in which it was made.
func socket(pid int, word string, prepare func(int) error) (*os.File, error) {
	ns, err := network(pid, word)
	if err != nil {
		return nil, err
	}
	defer unix.Close(ns) //nolint:errcheck // it was only read
	type made struct {
		fd  int
		err error
	}
	done := make(chan made, 1)
	go func() {
		runtime.LockOSThread() // for ever: the thread ends with this function, in the network of another
		fd, err := -1, unix.Setns(ns, unix.CLONE_NEWNET)
		if err == nil {
			fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		}
		if err == nil {
			if err = prepare(fd); err != nil {
				unix.Close(fd) //nolint:errcheck // the first error says it all
			}
		}
		done <- made{fd, err}
	}()
	m := <-done
	if m.err != nil {
		return nil, m.err
	}
	return os.NewFile(uintptr(m.fd), "socket"), nil
}

// network opens the network of a process. Its folder is opened first, and leads to no other
// process afterwards.
func network(pid int, word string) (int, error) {
	dir, err := unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("%w: %w", ErrGone, err)
	}
	defer unix.Close(dir) //nolint:errcheck // it was only looked at
	groups, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d/cgroup", dir))
	if err != nil || !bytes.Contains(groups, []byte(word)) {
		return -1, ErrGone
	}
	return unix.Openat(dir, "ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

func address(a netip.AddrPort) *unix.SockaddrInet4 {
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}
