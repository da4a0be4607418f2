package sandbox

import (
	"context"
	"net"
	"os"
	"syscall"

	"prentice"
	"prentice/internal/kit/egress"
)

// Where the opening of a job finds the socket by which it leads out, and the file of this
// program, which is the opening.
const (
	openingSocket = "5"
	openingFile   = "/proc/self/fd/6"
)

// opening adds to what a job has open that by which it reaches what Egress lets through, and
// serves it until the job has ended: end waits for that.
func (j Job) opening(ctx context.Context, more []*os.File) (all []*os.File, end func() error, err error) {
	if j.Egress == nil {
		return more, func() error { return nil }, nil
	}
	own, err := os.Open("/proc/self/exe")
	if err != nil {
		return more, nil, err
	}
	if info, err := own.Stat(); err == nil && os.Geteuid() == 0 && info.Mode()&0o001 == 0 {
		own.Close() //nolint:errcheck // it was only looked at
		return more, nil, prentice.Errorf(prentice.Unavailable, "the way to the network cannot be made: only root may run this program, and a job is not root").Try("chmod 755 the program of prentice")
	}
	ours, theirs, err := pair()
	if err != nil {
		own.Close() //nolint:errcheck // so is it here
		return more, nil, err
	}
	for len(more) < 2 {
		more = append(more, nil)
	}
	in, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- j.serve(in, ours) }()
	return append(more, theirs, own), func() error { cancel(); return <-done }, nil
}

// pair is a connection, and the file of its other end.
func pair() (ours *net.UnixConn, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fds[0]), "opening")
	defer f.Close() //nolint:errcheck // the connection has its own
	theirs = os.NewFile(uintptr(fds[1]), "opening")
	c, err := net.FileConn(f)
	if err != nil {
		theirs.Close() //nolint:errcheck // the first error says it all
		return nil, nil, err
	}
	return c.(*net.UnixConn), theirs, nil
}

// serve takes what the opening hands out, and answers who comes to it. A job whose opening did
// not open ended, and said why.
func (j Job) serve(ctx context.Context, ours *net.UnixConn) error {
	l, err := egress.Receive(ctx, ours)
	ours.Close() //nolint:errcheck // nothing else comes by it
	if err != nil {
		return nil
	}
	return j.Egress.Serve(ctx, l)
}
