package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy lets through what its rules name. Serve may be called once.
type Proxy struct {
	Rules []Rule
	// Apart refuses this machine and what its cloud tells it, also where a rule names it.
	Apart bool
	// Resolve finds the addresses of a name; nil asks as this machine does.
	Resolve func(ctx context.Context, name string) ([]netip.Addr, error)
	Limits  Limits

	seen record
	left atomic.Int64 // bytes that may still go through

	mu     sync.Mutex     // guards closed
	closed bool           // no request begins any more
	wait   sync.WaitGroup // for those that have begun
}

// Limits are the most that goes through a proxy. A zero is the default.
type Limits struct {
	Bytes       int64         // both ways together
	Connections int           // at one time
	Idle        time.Duration // that a connection may say nothing
	Dial        time.Duration // that a host may take to answer
}

// The defaults: those of a build that downloads what it is made of.
const (
	defaultBytes       = 16 << 30
	defaultConnections = 256
	defaultIdle        = 2 * time.Minute
	defaultDial        = 15 * time.Second
	mostHeader         = 64 << 10
)

func (l Limits) whole() Limits {
	return Limits{or(l.Bytes, defaultBytes), or(l.Connections, defaultConnections), or(l.Idle, defaultIdle), or(l.Dial, defaultDial)}
}

func or[T int | int64 | time.Duration](set, otherwise T) T {
	if set > 0 {
		return set
	}
	return otherwise
}

// Serve answers those who come to the listener, until ctx ends. Then all that goes through
// is cut, and nothing of it goes on.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	p.Limits = p.Limits.whole()
	p.left.Store(p.Limits.Bytes)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.answer(ctx, w, r) }),
		ReadHeaderTimeout: 30 * time.Second, IdleTimeout: p.Limits.Idle, MaxHeaderBytes: mostHeader,
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	defer context.AfterFunc(ctx, func() { s.Close() })() //nolint:errcheck // those who are cut know
	err := s.Serve(&counted{Listener: l, room: make(chan struct{}, p.Limits.Connections), closed: ctx.Done()})
	if errors.Is(err, http.ErrServerClosed) || ctx.Err() != nil {
		err = nil
	}
	cancel()
	s.Close() //nolint:errcheck // so do they here
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wait.Wait()
	return err
}

// begin says whether a request may begin. One that does ends by p.wait.Done.
func (p *Proxy) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.wait.Add(1)
	}
	return !p.closed
}

// Requests are what was asked for until now, by host and port.
func (p *Proxy) Requests() []Request { return p.seen.list() }

// Over says whether more went through than may, and was cut.
func (p *Proxy) Over() bool { return p.left.Load() < 0 }

// answer lets one request through, or refuses it with the reason.
func (p *Proxy) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	if !p.begin() {
		return
	}
	defer p.wait.Done()
	t, err := asked(r)
	if err != nil {
		p.refuse(w, odd(r), err.Error())
		return
	}
	if !slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.meets(t) }) {
		p.refuse(w, t.String(), NotNamed)
		return
	}
	found, err := p.resolve(ctx, t)
	if err != nil {
		note := p.seen.of(t.String(), "")
		note.begin()
		note.failed()
		http.Error(w, "prentice: no address is known of "+t.String(), http.StatusBadGateway)
		return
	}
	addrs, why := p.open(found, t.Port)
	if why != "" {
		p.refuse(w, t.String(), why)
		return
	}
	note := p.seen.of(t.String(), "")
	if r.Method == http.MethodConnect {
		p.tunnel(ctx, w, addrs, t.Port, note)
		return
	}
	p.forward(ctx, w, r, addrs, t, note)
}

// asked is the target of a request, from the place where HTTP has it.
func asked(r *http.Request) (Target, error) {
	if r.Method == http.MethodConnect {
		return ParseTarget(r.RequestURI)
	}
	switch {
	case !r.URL.IsAbs() || r.URL.Opaque != "":
		return Target{}, errors.New("it names no host: this is a proxy")
	case r.URL.Scheme != "http":
		return Target{}, fmt.Errorf("%.20q is no scheme of a plain request", r.URL.Scheme)
	case r.URL.User != nil:
		return Target{}, errors.New("it names a user, which belongs into a header")
	}
	host := r.URL.Host
	if r.URL.Port() == "" && !strings.HasSuffix(host, ":") {
		host += ":80"
	}
	return ParseTarget(host)
}

// odd is what was asked for, where it is no target.
func odd(r *http.Request) string {
	text := r.RequestURI
	if r.Method != http.MethodConnect {
		text = r.URL.Host
	}
	return fmt.Sprintf("%.80q", text)
}

// resolve finds the addresses of a target, once.
func (p *Proxy) resolve(ctx context.Context, t Target) (found []netip.Addr, err error) {
	if t.Name == "" {
		return []netip.Addr{t.Addr}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.Limits.Dial)
	defer cancel()
	if p.Resolve != nil {
		found, err = p.Resolve(ctx, t.Name)
	} else {
		found, err = net.DefaultResolver.LookupNetIP(ctx, "ip", t.Name)
	}
	if err == nil && len(found) == 0 {
		err = errors.New("no address")
	}
	return found, err
}

// open are those of the addresses that may be dialled, or why there is none.
func (p *Proxy) open(found []netip.Addr, port uint16) (list []netip.Addr, why string) {
	for _, a := range found {
		a = a.Unmap()
		switch {
		case p.Apart && Beside(a):
			why = fmt.Sprintf("%s is this machine, or what its cloud tells it alone", a)
		case !p.named(a, port) && (!Public(a) || ofThisMachine(a)):
			why = fmt.Sprintf("%s is an address of a network of its own, which must be named as well: %s", a, Rule{Addr: a, Port: portOf(port)})
		default:
			list = append(list, a)
		}
	}
	if len(list) > 0 {
		return list, ""
	}
	return nil, why
}

// NotNamed is why a target is refused that no rule names.
const NotNamed = "it is not named"

// named says whether a rule names this very address.
func (p *Proxy) named(a netip.Addr, port uint16) bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Addr == a && r.at(port) })
}

// portOf is the port as a rule has it.
func portOf(port uint16) uint16 {
	if port == web || port == secure {
		return 0
	}
	return port
}

func (p *Proxy) refuse(w http.ResponseWriter, what, why string) {
	p.seen.of(what, why).begin()
	w.Header().Set("Connection", "close")
	http.Error(w, "prentice: "+what+" is refused: "+why, http.StatusForbidden)
}

// dial reaches the first of the addresses that answers.
func (p *Proxy) dial(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Limits.Dial)
	defer cancel()
	var d net.Dialer
	var failed error
	for _, a := range addrs[:min(len(addrs), 4)] {
		c, err := d.DialContext(ctx, "tcp", netip.AddrPortFrom(a, port).String())
		if err == nil {
			return c, nil
		}
		failed = err
	}
	return nil, failed
}

// counted lets so many connections in at one time; those that come then wait.
type counted struct {
	net.Listener
	room   chan struct{}
	closed <-chan struct{}
}

// Accept implements net.Listener.
func (c *counted) Accept() (net.Conn, error) {
	select {
	case c.room <- struct{}{}:
	case <-c.closed:
		return nil, net.ErrClosed
	}
	conn, err := c.Listener.Accept()
	if err != nil {
		<-c.room
		return nil, err
	}
	return &leaving{Conn: conn, gone: sync.OnceFunc(func() { <-c.room })}, nil
}

// leaving makes room when it is closed.
type leaving struct {
	net.Conn
	gone func()
}

// Close implements net.Conn.
func (l *leaving) Close() error { defer l.gone(); return l.Conn.Close() }
