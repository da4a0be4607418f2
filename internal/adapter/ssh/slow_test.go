package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"prentice"
	"prentice/internal/kit/outlive"
)

// lazy is a host that speaks SSH, and takes its time at some stage of it.
type lazy struct {
	wire    func(net.Conn) net.Conn // what it says passes through this; nil is nothing
	channel func(ssh.NewChannel)    // what it does with what is opened
}

// lazyWorld is the key that opens the hosts of a test and is theirs too.
type lazyWorld struct {
	t     *testing.T
	key   ssh.Signer
	reach *Reach
}

func newLazyWorld(t *testing.T) *lazyWorld {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "id_ed25519"), pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &lazyWorld{t: t, key: key, reach: &Reach{Keys: dir, Known: []string{filepath.Join(dir, "known_hosts")}, Grace: time.Second,
		pace: pace{dial: time.Second, silence: 2 * time.Second, alive: time.Hour, agent: 500 * time.Millisecond}}}
	t.Cleanup(func() { w.reach.Close() })
	return w
}

// host lets a host listen, and gives the way to it.
func (w *lazyWorld) host(h lazy) *way {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { l.Close() })
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(w.key)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.t.Cleanup(func() { conn.Close() })
			if h.wire != nil {
				conn = h.wire(conn)
			}
			go h.serve(conn, config)
		}
	}()
	known, err := os.OpenFile(w.reach.Known[0], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	defer known.Close()
	if _, err := io.WriteString(known, knownhosts.Line([]string{l.Addr().String()}, w.key.PublicKey())+"\n"); err != nil {
		w.t.Fatal(err)
	}
	there, err := w.reach.way(prentice.Work{Target: prentice.Target{Ref: "host/lazy", Address: "me@" + l.Addr().String()}})
	if err != nil {
		w.t.Fatal(err)
	}
	return there
}

func (h lazy) serve(conn net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests) // it answers every sign of life
	for c := range channels {
		go h.channel(c)
	}
}

// byTheByte is a connection on which each byte takes a while.
type byTheByte struct {
	net.Conn
	each time.Duration
}

func (b byTheByte) Write(p []byte) (int, error) {
	for i := range p {
		time.Sleep(b.each)
		if _, err := b.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

// frozen is a connection on which nothing is said any more once it is stopped.
type frozen struct {
	net.Conn
	stopped *atomic.Bool
}

func (f frozen) Write(p []byte) (int, error) {
	if f.stopped.Load() {
		return len(p), nil
	}
	return f.Conn.Write(p)
}

// ends wants something to be over, and gives its error.
func ends(t *testing.T, what func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- what() }()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		t.Fatal("it goes on after a minute")
		return nil
	}
}

func nothing(int64, []byte) error { return nil }

func look(ctx context.Context, w *way) func() error {
	return func() error {
		_, err := w.Ask(ctx, outlive.Ask{Action: outlive.Look, Key: "k", Token: "t"}, "", nothing)
		return err
	}
}

func TestAHostWhoseEveryByteTakesAWhileIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{wire: func(c net.Conn) net.Conn { return byTheByte{c, 20 * time.Millisecond} }})
	err := ends(t, look(t.Context(), host))
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "does not answer as an SSH server within 1s") {
		t.Error(err)
	}
	if _, err := w.reach.Accept(t.Context(), "lazy", host.place.address, "SHA256:none", false); err == nil || !strings.Contains(err.Error(), "does not answer as an SSH server within 1s") {
		t.Errorf("its key is asked for: %v", err)
	}
}

func TestAHostThatOpensNoSessionIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{channel: func(ssh.NewChannel) {}})
	err := ends(t, look(t.Context(), host))
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "opens no session within 1s") || errors.Is(err, outlive.ErrLost) {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	w.reach.pace.dial = time.Hour
	if err := ends(t, look(ctx, host)); err == nil {
		t.Error("whose own time is over waits for it")
	}
}

// It neither reads what it is asked, so that the window stays shut, nor answers.
func TestAHostThatNeverReadsIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{channel: func(c ssh.NewChannel) { c.Accept() }}) //nolint:errcheck // the test ends
	err := ends(t, func() error {
		_, err := host.Ask(t.Context(), outlive.Ask{Action: outlive.Start, Key: "k", Token: "t", Name: "s", Script: strings.Repeat("# nothing\n", 400_000)}, "", nothing)
		return err
	})
	if !errors.Is(err, outlive.ErrLost) || !strings.Contains(err.Error(), "host lazy did not answer within 2s") {
		t.Error(err)
	}
}

// dripping says something of no meaning again and again, and closes nothing.
func dripping(c ssh.NewChannel) {
	channel, requests, err := c.Accept()
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for {
		if _, err := channel.Write([]byte(".")); err != nil && !errors.Is(err, io.EOF) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestAHostThatOnlyDripsIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{channel: dripping})
	err := ends(t, look(t.Context(), host))
	if !errors.Is(err, outlive.ErrLost) || !strings.Contains(err.Error(), "host lazy did not answer within 2s") {
		t.Error(err)
	}
	glance := prentice.Work{Target: prentice.Target{Ref: "host/lazy", Address: "me@" + host.place.address}, Step: prentice.PlannedStep{ID: "see", Body: "true"}}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := ends(t, func() error { _, err := w.reach.Glance(ctx, glance, ""); return err }); prentice.KindOf(err) != prentice.Canceled {
		t.Errorf("a look: %v", err)
	}
}

// The time of the one who asks is over, and the host goes on as if nothing were.
func TestAHostThatDoesNotCloseIsLeft(t *testing.T) {
	w := newLazyWorld(t)
	w.reach.pace.silence = time.Hour
	stopped := &atomic.Bool{}
	host := w.host(lazy{wire: func(c net.Conn) net.Conn { return frozen{c, stopped} }, channel: func(c ssh.NewChannel) {
		dripping(c)
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	time.AfterFunc(200*time.Millisecond, func() { stopped.Store(true) })
	if err := ends(t, look(ctx, host)); !errors.Is(err, outlive.ErrLost) {
		t.Error(err)
	}
}

// The host in between opens the way, and then says nothing any more.
func TestAHostBehindOneThatFreezesIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	stopped := &atomic.Bool{}
	gate := w.host(lazy{wire: func(c net.Conn) net.Conn { return frozen{c, stopped} }, channel: func(c ssh.NewChannel) {
		c.Accept() //nolint:errcheck // the test ends
		stopped.Store(true)
	}})
	inner := &way{Reach: w.reach, place: &place{name: "inner", user: "me", address: "192.0.2.1:22", jump: gate.place}}
	err := ends(t, look(t.Context(), inner))
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "host inner at 192.0.2.1:22 does not answer as an SSH server within 1s") {
		t.Error(err)
	}
}

func TestAnAgentThatDoesNotAnswerHoldsNothingUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{channel: func(c ssh.NewChannel) { c.Reject(ssh.Prohibited, "closed") }}) //nolint:errcheck // the test ends
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			if _, err := l.Accept(); err != nil { // and not a word
				return
			}
		}
	}()
	w.reach.Agent = socket
	err = ends(t, look(t.Context(), host))
	if err == nil || !strings.Contains(err.Error(), "opens no session") { // the key in the file let it in
		t.Error(err)
	}
}

// An agent that lists its keys, and then waits for a hand that touches nothing.
func TestAnAgentThatNeverSignsIsGivenUp(t *testing.T) {
	w := newLazyWorld(t)
	host := w.host(lazy{channel: func(ssh.NewChannel) {}})
	if err := os.Remove(filepath.Join(w.reach.Keys, "id_ed25519")); err != nil {
		t.Fatal(err)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	held := agent.NewKeyring()
	if err := held.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go agent.ServeAgent(unsigned{held, over}, c) //nolint:errcheck // it ends with the connection
		}
	}()
	w.reach.Agent = socket
	err = ends(t, look(t.Context(), host))
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "the agent with the key does not sign within 500ms") {
		t.Error(err)
	}
}

type unsigned struct {
	agent.Agent
	over chan struct{}
}

func (u unsigned) Sign(ssh.PublicKey, []byte) (*ssh.Signature, error) {
	<-u.over
	return nil, errors.New("the test is over")
}
