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
	"sync"
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
	f, err := socket(pid, word, listening(at))
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // so has the listener
	return net.FileListener(f)
}

func listening(at netip.AddrPort) func(int) error {
	return func(s int) error {
		if err := unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
		if err := unix.Bind(s, address(at)); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		return unix.Listen(s, 128)
	}
}

// socket makes a socket in the network of a process.
func socket(pid int, word string, prepare func(int) error) (*os.File, error) {
	ns, err := space(pid, word, "net")
	if err != nil {
		return nil, err
	}
	defer unix.Close(ns) //nolint:errcheck // it was only read
	return socketIn(func() error { return unix.Setns(ns, unix.CLONE_NEWNET) }, prepare)
}

// socketIn makes a socket where enter leads a thread, and prepares it outside again. A socket
// belongs to the network in which it was made.
func socketIn(enter func() error, prepare func(int) error) (*os.File, error) {
	type made struct {
		fd  int
		err error
	}
	done := make(chan made, 1)
	go func() {
		runtime.LockOSThread()
		m := made{fd: -1}
		own, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = enter()
		}
		if err != nil {
			runtime.UnlockOSThread()
			done <- made{-1, err}
			return
		}
		m.fd, m.err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		back := unix.Setns(own, unix.CLONE_NEWNET)
		unix.Close(own) //nolint:errcheck // it was only read
		if back != nil {
			done <- m
			select {} // a thread in the network of another does nothing any more, and must not end
		}
		runtime.UnlockOSThread()
		if m.err == nil {
			if m.err = prepare(m.fd); m.err != nil {
				unix.Close(m.fd) //nolint:errcheck // the first error says it all
			}
		}
		done <- m
	}()
	m := <-done
	if m.err != nil {
		return nil, m.err
	}
	return os.NewFile(uintptr(m.fd), "socket"), nil
}

// ReadOnly lets files of a process only be read, also if it is root: each is mounted over
// itself. One that is so already stays so.
func ReadOnly(pid int, word string, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	ns, err := space(pid, word, "mnt")
	if err != nil {
		return err
	}
	defer unix.Close(ns) //nolint:errcheck // it was only read
	mounter.Do(func() { go mounts() })
	done := make(chan error)
	mounting <- func(own int) {
		err := unix.Setns(ns, unix.CLONE_NEWNS)
		for _, path := range paths {
			if err == nil {
				err = readOnly(path)
			}
		}
		done <- errors.Join(err, unix.Setns(own, unix.CLONE_NEWNS))
	}
	return <-done
}

func readOnly(path string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil || s.Flags&unix.ST_RDONLY != 0 {
		return err
	}
	if err := unix.Mount(path, path, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	return unix.Mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV, "")
}

// What enters other mounts is one thread that does nothing else, and that does not end: what
// any thread began that is to die with its parent would die with that thread.
var (
	mounter  sync.Once
	mounting = make(chan func(own int))
)

func mounts() {
	runtime.LockOSThread()
	err := unix.Unshare(unix.CLONE_FS)
	own, bad := unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if errors.Join(err, bad) != nil {
		own = -1 // entering says what is wrong
	}
	for do := range mounting {
		do(own)
	}
}

// space opens a name space of a process. Its folder is opened first, and leads to no other
// process afterwards.
func space(pid int, word, kind string) (int, error) {
	dir, err := unix.Open("/proc/"+strconv.Itoa(pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("%w: %w", ErrGone, err)
	}
	defer unix.Close(dir) //nolint:errcheck // it was only looked at
	groups, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d/cgroup", dir))
	if err != nil || !bytes.Contains(groups, []byte(word)) {
		return -1, ErrGone
	}
	return unix.Openat(dir, "ns/"+kind, unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

func address(a netip.AddrPort) *unix.SockaddrInet4 {
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}
