package preview

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
)

// PeerPath is where a replica lets another reach the services of its environments. Who asks
// shows that they have the key of previews, which lies in the folder that replicas share.
const PeerPath = "/_prentice/peer"

const (
	peerWord = "prentice-preview"
	peerLife = 30 * time.Second // of what shows that a replica asks
)

// Peer connects other replicas to the services of this one.
type Peer struct {
	Key   func() (preview.Key, error)
	Dial  func(ctx context.Context, env, service string, port int) (net.Conn, error) // of this replica alone
	Clock func() time.Time
}

// asked is what one replica asks of another, as it is sealed.
func asked(env, service string, port int) string {
	return env + " " + service + " " + strconv.Itoa(port)
}

// ServeHTTP implements http.Handler.
func (p Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, err := p.Key()
	if err != nil {
		http.Error(w, "no previews here", http.StatusServiceUnavailable)
		return
	}
	is, ok := key.Unseal(r.Header.Get("Authorization"), peerWord, p.Clock())
	part := strings.Fields(is.Env)
	if !ok || r.Method != http.MethodGet || r.Header.Get("Upgrade") != peerWord || len(part) != 3 {
		http.Error(w, "not for you", http.StatusForbidden)
		return
	}
	port, _ := strconv.Atoi(part[2]) // as asked wrote it
	ctx, cancel := context.WithTimeout(r.Context(), dialPatience)
	defer cancel()
	there, err := p.Dial(ctx, part[0], part[1], port)
	if err != nil {
		http.Error(w, "the service does not answer", http.StatusBadGateway)
		return
	}
	defer there.Close() //nolint:errcheck // both ends close
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "not by this protocol", http.StatusHTTPVersionNotSupported)
		return
	}
	defer here.Close() //nolint:errcheck // both ends close
	if here.SetDeadline(time.Time{}) != nil {
		return
	}
	if _, err := fmt.Fprintf(here, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", peerWord); err != nil {
		return
	}
	var both sync.WaitGroup
	pass := func(to io.Writer, from io.Reader) {
		io.Copy(to, from) //nolint:errcheck // the end of one is the end of both
		here.Close()      //nolint:errcheck // both ends close
		there.Close()     //nolint:errcheck // both ends close
	}
	both.Go(func() { pass(there, buffered) })
	both.Go(func() { pass(here, there) })
	both.Wait()
}

// Reach connects to a service of an environment that another replica keeps, through its address.
func Reach(ctx context.Context, key preview.Key, replica, env, service string, port int, now time.Time) (net.Conn, error) {
	u, err := url.Parse(replica)
	if err != nil || u.Host == "" {
		return nil, prentice.Errorf(prentice.Unavailable, "the replica of env/%s has no address", env)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), map[string]string{"https": "443"}[u.Scheme]+map[string]string{"http": "80"}[u.Scheme])
	}
	var c net.Conn
	if u.Scheme == "https" {
		c, err = (&tls.Dialer{Config: &tls.Config{NextProtos: []string{"http/1.1"}}}).DialContext(ctx, "tcp", host)
	} else {
		c, err = (&net.Dialer{}).DialContext(ctx, "tcp", host)
	}
	if err != nil {
		return nil, fmt.Errorf("reach the replica at %s: %w", replica, err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() }) //nolint:errcheck // what waits ends
	defer stop()
	pass := key.Seal(preview.Pass{Env: asked(env, service, port), Ends: now.Add(peerLife)}, peerWord)
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\nAuthorization: %s\r\n\r\n", PeerPath, u.Host, peerWord, pass)
	in := bufio.NewReader(c)
	if err == nil {
		var res *http.Response
		if res, err = http.ReadResponse(in, nil); err == nil && res.StatusCode != http.StatusSwitchingProtocols {
			err = prentice.Errorf(prentice.Unavailable, "the replica at %s answers %s", replica, res.Status)
		}
	}
	if err != nil {
		c.Close() //nolint:errcheck // it is of no use
		return nil, err
	}
	return reached{c, in}, nil
}

// reached is a connection of which the beginning may have been read already.
type reached struct {
	net.Conn
	in *bufio.Reader
}

// Read implements io.Reader.
func (r reached) Read(to []byte) (int, error) { return r.in.Read(to) }
