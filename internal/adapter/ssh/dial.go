package ssh

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice"
	"prentice/internal/engine/gate"
)

const (
	idleTime    = time.Minute
	mostDialled = 64 // at once
)

// pace is the times after which a host is given up.
type pace struct {
	dial    time.Duration // to a signed-in connection, and to a session on it
	silence time.Duration // without a word while one is owed
	alive   time.Duration // without a sign of life, twice
	agent   time.Duration // for an agent to say which keys it has, and to sign
}

var usual = pace{dial: 15 * time.Second, silence: 45 * time.Second, alive: 20 * time.Second, agent: 10 * time.Second}

// timed is the usual pace, or that of a test.
func (r *Reach) timed() pace {
	if r.pace == (pace{}) {
		return usual
	}
	return r.pace
}

// link is a connection that is kept for anyone who wants it next.
type link struct {
	mu     sync.Mutex // held while it is dialled; guards client, users and idle
	client *ssh.Client
	users  int
	idle   *time.Timer
}

// client is a connection to a place, which one may use until the function is
// called. Broken says that it is of no use any more.
func (r *Reach) client(ctx context.Context, p *place) (*ssh.Client, func(broken bool), error) {
	r.mu.Lock()
	if r.links == nil {
		r.links = map[string]*link{}
	}
	l := r.links[p.id()]
	if l == nil {
		l = &link{}
		r.links[p.id()] = l
	}
	r.mu.Unlock()

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == nil {
		c, err := r.dial(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		l.client = c
		go l.watch(c, r.timed().alive)
	}
	c := l.client
	l.users++
	if l.idle != nil {
		l.idle.Stop()
	}
	return c, func(broken bool) { l.leave(c, broken) }, nil
}

// leave gives a connection back. One that no one wants for a while is closed.
func (l *link) leave(c *ssh.Client, broken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users--
	if broken {
		c.Close()
		l.forget(c)
		return
	}
	if l.users == 0 && l.client == c {
		l.idle = time.AfterFunc(idleTime, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.users == 0 && l.client == c {
				c.Close()
				l.client = nil
			}
		})
	}
}

// forget is called with the lock held.
func (l *link) forget(c *ssh.Client) {
	if l.client == c {
		l.client = nil
	}
}

// watch asks for a sign of life until the connection ends.
func (l *link) watch(c *ssh.Client, keepAlive time.Duration) {
	over := make(chan struct{})
	go func() { c.Wait(); close(over) }() //nolint:errcheck // how it ended is seen by who used it
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for {
		select {
		case <-over:
			l.mu.Lock()
			l.forget(c)
			l.mu.Unlock()
			return
		case <-tick.C:
			dead := time.AfterFunc(keepAlive, func() { c.Close() })
			c.SendRequest("keepalive@openssh.com", true, nil) //nolint:errcheck // what counts is that an answer came
			dead.Stop()
		}
	}
}

// dial makes a connection whose host is known and where we are signed in.
func (r *Reach) dial(ctx context.Context, p *place) (*ssh.Client, error) {
	ring, err := r.ring(p.name)
	if err != nil {
		return nil, err
	}
	signers, err := r.signers(p)
	if err != nil {
		return nil, err
	}
	return r.shake(ctx, p, ring, []ssh.AuthMethod{ssh.PublicKeys(signers...)})
}

// shake connects and shakes hands. It is given up when the time is over.
func (r *Reach) shake(ctx context.Context, p *place, ring *keyring, auth []ssh.AuthMethod) (*ssh.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timed().dial)
	defer cancel()
	conn, leave, err := r.wire(ctx, p)
	if err != nil {
		return nil, err
	}
	give := context.AfterFunc(ctx, func() { conn.Close() })
	config := &ssh.ClientConfig{User: p.user, Auth: auth, HostKeyCallback: ring.callback, HostKeyAlgorithms: ring.algorithms(p.address)}
	c, channels, requests, err := ssh.NewClientConn(conn, p.address, config)
	inTime := give()
	if err == nil && inTime {
		client := ssh.NewClient(c, channels, requests)
		go func() { client.Wait(); leave() }() //nolint:errcheck // as in watch
		return client, nil
	}
	conn.Close()
	leave()
	switch {
	case ring.refusal != nil:
		return nil, ring.refusal
	case !inTime:
		return nil, r.tooSlow(p)
	case slowAgent(err):
		return nil, prentice.Errorf(prentice.Unavailable, "host %s: the agent with the key does not sign within %s", p.name, r.timed().agent).Try("look at the agent at SSH_AUTH_SOCK, and whether its key waits to be confirmed")
	case strings.Contains(err.Error(), "unable to authenticate"):
		return nil, trouble{gate.ContactNoLogin, prentice.Errorf(prentice.Refused, "host %s does not let %s in with the keys that prentice has", p.name, p.user).Try("put the public key into its authorized_keys, or name another user or key")}
	default:
		return nil, prentice.Errorf(prentice.Unavailable, "host %s at %s: %w", p.name, p.address, err).Try("look whether sshd runs there")
	}
}

func (r *Reach) tooSlow(p *place) error {
	return prentice.Errorf(prentice.Unavailable, "host %s at %s does not answer as an SSH server within %s", p.name, p.address, r.timed().dial).Try("look whether sshd runs there")
}

// wire is the bytes to and from a place: directly, or through another host.
func (r *Reach) wire(ctx context.Context, p *place) (net.Conn, func(), error) {
	if p.jump != nil {
		c, leave, err := r.client(ctx, p.jump)
		if err != nil {
			return nil, nil, err
		}
		conn, err := c.DialContext(ctx, "tcp", p.address)
		if err != nil {
			leave(false)
			return nil, nil, prentice.Errorf(prentice.Unavailable, "host %s at %s cannot be reached from %s: %w", p.name, p.address, p.jump.name, err).Try("look whether it is up")
		}
		return through(conn), sync.OnceFunc(func() { leave(false) }), nil
	}
	r.once.Do(func() { r.dialling = make(chan struct{}, mostDialled) })
	select {
	case r.dialling <- struct{}{}:
		defer func() { <-r.dialling }()
	case <-ctx.Done():
		return nil, nil, prentice.Errorf(prentice.Unavailable, "host %s was not dialled: too many others do not answer", p.name).Try("wait")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "host %s at %s cannot be reached: %w", p.name, p.address, err).Try("look whether it is up, and at its address in the catalog")
	}
	return conn, func() {}, nil
}

// Close ends all connections. What was begun on the hosts goes on.
func (r *Reach) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.agent.close()
	for _, l := range r.links {
		l.mu.Lock()
		if l.client != nil {
			l.client.Close()
			l.client = nil
		}
		l.mu.Unlock()
	}
	return nil
}
