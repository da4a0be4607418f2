package ssh

import (
	"io"
	"net"
)

// tunnel is a connection through another host that is over as soon as we close it.
// By itself one ends only when that host agrees, and until then anyone who reads or
// writes is held: a host that hangs would hold all that is behind it.
type tunnel struct {
	net.Conn
	far net.Conn
}

func through(far net.Conn) net.Conn {
	near, other := net.Pipe()
	go pass(other, far)
	go pass(far, other)
	return tunnel{near, far}
}

// pass carries what comes from one side to the other, until either is over.
func pass(to, from net.Conn) {
	io.Copy(to, from) //nolint:errcheck // how it ended is seen by who reads or writes
	to.Close()
	from.Close()
}

// RemoteAddr implements net.Conn: the address is what known hosts are asked for.
func (t tunnel) RemoteAddr() net.Addr { return t.far.RemoteAddr() }
