package envbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// door lets the services of one environment to one database of the shared server, by the
// user and the database that its compose file names: what the server calls them they need
// not know, and to nothing else does it lead, whatever they ask for.
type door struct {
	user, database string // as the environment says
	name           string // of the role and the database, as the server has them
	dial           func() (net.Conn, error)
	free           chan struct{} // a place for each connection
}

// The codes of the first message of a connection (https://www.postgresql.org/docs/current/protocol-message-formats.html).
const (
	protocol3  = 3 << 16
	askCancel  = 1234<<16 | 5678
	askTLS     = 1234<<16 | 5679
	askGSS     = 1234<<16 | 5680
	mostFirst  = 10_000 // bytes, as the server has it
	firstTakes = 20 * time.Second
)

// serve answers until the listener is closed, and waits for who was let in.
func (d *door) serve(ctx context.Context, l net.Listener, begun func(func())) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		select {
		case d.free <- struct{}{}:
			begun(func() {
				defer func() { <-d.free }()
				d.pass(ctx, c)
			})
		default:
			refuse(c, "53300", "too many connections to the database of this environment", "") //nolint:errcheck // who asked may be gone
			c.Close()                                                                          //nolint:errcheck // so is it here
		}
	}
}

// pass takes one connection to the server and back, until either ends.
func (d *door) pass(ctx context.Context, c net.Conn) {
	defer c.Close() //nolint:errcheck // it is over
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if c.SetDeadline(time.Now().Add(firstTakes)) != nil {
		return
	}
	first, ok := d.first(c)
	if !ok || c.SetDeadline(time.Time{}) != nil {
		return
	}
	far, err := d.dial()
	if err != nil {
		refuse(c, "57P03", "the server that environments share does not answer", "try again") //nolint:errcheck // who asked may be gone
		return
	}
	defer far.Close() //nolint:errcheck // it is over
	defer context.AfterFunc(ctx, func() { far.Close() })()
	if _, err := far.Write(first); err != nil {
		return
	}
	over := make(chan struct{}, 2)
	go func() { io.Copy(far, c); over <- struct{}{} }() //nolint:errcheck // how it ended is no one's matter
	go func() { io.Copy(c, far); over <- struct{}{} }() //nolint:errcheck // so is it here
	<-over
	c.Close()   //nolint:errcheck // the other copy ends by that
	far.Close() //nolint:errcheck // so is it here
	<-over
}

// first is the message by which a connection begins, as the server gets it.
func (d *door) first(c net.Conn) ([]byte, bool) {
	for range 3 {
		head := make([]byte, 8)
		if _, err := io.ReadFull(c, head); err != nil {
			return nil, false
		}
		size, code := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
		if size < 8 || size > mostFirst {
			return nil, false
		}
		rest := make([]byte, size-8)
		if _, err := io.ReadFull(c, rest); err != nil {
			return nil, false
		}
		switch {
		case code == askTLS || code == askGSS:
			if _, err := c.Write([]byte{'N'}); err != nil {
				return nil, false
			}
		case code == askCancel:
			return append(head, rest...), true
		case code>>16 == 3:
			return d.named(c, code, rest)
		default:
			return nil, false
		}
	}
	return nil, false
}

// named is the beginning of a session with the names that the server has.
func (d *door) named(c net.Conn, code uint32, said []byte) ([]byte, bool) {
	user, database, others, err := parameters(said)
	if err != nil {
		refuse(c, "08P01", "this is no beginning of a session", "") //nolint:errcheck // who asked may be gone
		return nil, false
	}
	if database == "" {
		database = user
	}
	const hint = "The server is shared by environments. Take shared out of the compose file for one of its own."
	switch {
	case user != d.user:
		refuse(c, "28000", "the only role of this environment is \""+d.user+"\"", hint) //nolint:errcheck // who asked may be gone
		return nil, false
	case database != d.database:
		refuse(c, "3D000", "the only database of this environment is \""+d.database+"\"", hint) //nolint:errcheck // who asked may be gone
		return nil, false
	}
	body := binary.BigEndian.AppendUint32(make([]byte, 4), code)
	for _, word := range append([]string{"user", d.name, "database", d.name}, others...) {
		body = append(append(body, word...), 0)
	}
	body = append(body, 0)
	binary.BigEndian.PutUint32(body, uint32(len(body)))
	return body, true
}

// parameters are what a session begins with: a name and a value each.
func parameters(said []byte) (user, database string, others []string, err error) {
	for len(said) > 1 {
		name, rest, is := bytes.Cut(said, []byte{0})
		value, more, also := bytes.Cut(rest, []byte{0})
		if !is || !also || len(name) == 0 {
			return "", "", nil, errors.New("a name has no value")
		}
		switch string(name) {
		case "user":
			user = string(value)
		case "database":
			database = string(value)
		case "replication":
			return "", "", nil, errors.New("the shared server has no replicas")
		default:
			others = append(others, string(name), string(value))
		}
		said = more
	}
	if len(said) != 1 || said[0] != 0 || user == "" {
		return "", "", nil, errors.New("it has no end")
	}
	return user, database, others, nil
}

// refuse says why a connection is none, as a server would.
func refuse(to io.Writer, code, text, hint string) error {
	var b bytes.Buffer
	b.Write([]byte{'E', 0, 0, 0, 0})
	for _, field := range []string{"SFATAL", "VFATAL", "C" + code, "M" + text, "H" + hint} {
		if len(field) > 1 {
			b.WriteString(field)
			b.WriteByte(0)
		}
	}
	b.WriteByte(0)
	out := b.Bytes()
	binary.BigEndian.PutUint32(out[1:], uint32(len(out)-1))
	_, err := to.Write(out)
	return err
}
