package egress

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// patience is how long an opening may take to open.
const patience = 30 * time.Second

// Receive takes the socket that an opening hands out, and nothing else: a socket that listens
// for streams. Who calls closes the connection.
func Receive(ctx context.Context, from *net.UnixConn) (net.Listener, error) {
	defer context.AfterFunc(ctx, func() { from.SetReadDeadline(time.Now()) })() //nolint:errcheck // the read says it
	if err := from.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	word, rights := make([]byte, 1), make([]byte, syscall.CmsgSpace(4))
	n, m, flags, _, err := from.ReadMsgUnix(word, rights)
	if err != nil {
		return nil, err
	}
	fds, err := handed(rights[:m])
	if err != nil {
		return nil, err
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
	}
	if n != 1 || flags&syscall.MSG_CTRUNC != 0 || len(fds) != 1 || !listens(fds[0]) {
		for _, fd := range fds {
			syscall.Close(fd) //nolint:errcheck // it is not wanted
		}
		return nil, errors.New("what came out of the opening is no socket that listens")
	}
	f := os.NewFile(uintptr(fds[0]), "opening")
	defer f.Close() //nolint:errcheck // the listener has its own
	return net.FileListener(f)
}

func handed(rights []byte) (fds []int, err error) {
	list, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		some, err := syscall.ParseUnixRights(&one)
		if err != nil {
			return fds, err
		}
		fds = append(fds, some...)
	}
	return fds, nil
}

// listens says whether a descriptor is a socket of IPv4 that listens for streams.
func listens(fd int) bool {
	for option, want := range map[int]int{syscall.SO_ACCEPTCONN: 1, syscall.SO_TYPE: syscall.SOCK_STREAM, syscall.SO_DOMAIN: syscall.AF_INET} {
		if got, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, option); err != nil || got != want {
			return false
		}
	}
	return true
}
