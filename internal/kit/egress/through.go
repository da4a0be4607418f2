package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// errTooMuch ends what goes through a proxy when it was all that may.
var errTooMuch = errors.New("more went over the network than may")

// tunnel joins a program to a host, and lets bytes through both ways.
func (p *Proxy) tunnel(ctx context.Context, w http.ResponseWriter, addrs []netip.Addr, port uint16, note *noted) {
	note.begin()
	far, err := p.dial(ctx, addrs, port)
	if err != nil {
		note.failed()
		http.Error(w, "prentice: "+note.host+" does not answer", http.StatusBadGateway)
		return
	}
	defer far.Close() //nolint:errcheck // both ends know
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close() //nolint:errcheck // so is it here
	stop := context.AfterFunc(ctx, func() { far.Close(); near.Close() })
	defer stop()
	if err := near.SetDeadline(time.Time{}); err != nil {
		return
	}
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var wait sync.WaitGroup
	wait.Go(func() { p.pass(far, near, buffered, note.sent) })
	wait.Go(func() { p.pass(near, far, far, note.got) })
	wait.Wait()
}

// pass copies one way until it ends. A half that ends says so to the other end; what fails,
// says nothing for long, or is too much, ends both.
func (p *Proxy) pass(to, from net.Conn, r io.Reader, count func(int)) {
	buf := make([]byte, 32<<10)
	for {
		from.SetReadDeadline(time.Now().Add(p.Limits.Idle)) //nolint:errcheck // the read says it
		n, err := r.Read(buf)
		if n > 0 {
			count(n)
			if p.left.Add(-int64(n)) < 0 {
				err = errTooMuch
			} else {
				to.SetWriteDeadline(time.Now().Add(p.Limits.Idle)) //nolint:errcheck // the write says it
				if _, failed := to.Write(buf[:n]); failed != nil {
					err = failed
				}
			}
		}
		switch half, is := bare(to).(interface{ CloseWrite() error }); {
		case err == nil:
			continue
		case err == io.EOF && is && half.CloseWrite() == nil:
			return
		}
		to.Close()   //nolint:errcheck // it is over
		from.Close() //nolint:errcheck // so is it here
		return
	}
}

// bare is a connection as the system has it.
func bare(c net.Conn) net.Conn {
	if l, is := c.(*leaving); is {
		return l.Conn
	}
	return c
}

// hop are headers that are between a program and its proxy, and go no further.
var hop = []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func withoutHops(h http.Header) http.Header {
	h = h.Clone()
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hop {
		h.Del(name)
	}
	return h
}

// forward asks a host for what a plain request asks for. The host that is dialled is the one
// that the request names, whatever its headers say.
func (p *Proxy) forward(ctx context.Context, w http.ResponseWriter, r *http.Request, addrs []netip.Addr, t Target, note *noted) {
	note.begin()
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: mostHeader, ResponseHeaderTimeout: p.Limits.Idle,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := p.dial(ctx, addrs, t.Port)
			if err != nil {
				return nil, err
			}
			return &metered{c, p, note}, nil
		}}
	defer transport.CloseIdleConnections()
	out := r.Clone(r.Context())
	out.Header, out.RequestURI, out.Close = withoutHops(r.Header), "", true
	out.Host = strings.TrimSuffix(t.String(), ":80")
	out.URL.Host = out.Host
	if _, told := out.Header["User-Agent"]; !told {
		out.Header["User-Agent"] = nil // none of ours
	}
	answer, err := transport.RoundTrip(out)
	if err != nil {
		note.failed()
		http.Error(w, "prentice: "+note.host+" does not answer", http.StatusBadGateway)
		return
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	for name, values := range withoutHops(answer.Header) {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(w, answer.Body); err != nil {
		panic(http.ErrAbortHandler) // what is cut must not look whole
	}
}

// metered counts what goes over a connection of a plain request, and gives no one for ever.
type metered struct {
	net.Conn
	proxy *Proxy
	note  *noted
}

// Read implements net.Conn.
func (m *metered) Read(b []byte) (int, error) {
	m.SetReadDeadline(time.Now().Add(m.proxy.Limits.Idle)) //nolint:errcheck // the read says it
	n, err := m.Conn.Read(b)
	m.note.got(n)
	if m.proxy.left.Add(-int64(n)) < 0 {
		return 0, errTooMuch
	}
	return n, err
}

// Write implements net.Conn.
func (m *metered) Write(b []byte) (int, error) {
	m.note.sent(len(b))
	if m.proxy.left.Add(-int64(len(b))) < 0 {
		return 0, errTooMuch
	}
	m.SetWriteDeadline(time.Now().Add(m.proxy.Limits.Idle)) //nolint:errcheck // the write says it
	return m.Conn.Write(b)
}
