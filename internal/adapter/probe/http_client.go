package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"prentice"
)

const mostRedirects = 5

// asked is the key under which a request carries the probe that asks.
type asked struct{}

func probeOf(ctx context.Context) prentice.Probe {
	q, _ := ctx.Value(asked{}).(prentice.Probe)
	return q
}

// transport opens a connection of its own for every look, over the proxy and the
// internet protocol that its probe names, and no others.
func (p *Prober) transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return p.dialer.DialContext(ctx, network+probeOf(ctx).Options.Text("ip"), address)
		},
		Proxy: func(r *http.Request) (*url.URL, error) {
			if proxy := probeOf(r.Context()).Options.Text("proxy"); proxy != "" {
				return url.Parse(proxy)
			}
			return nil, nil
		},
		DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
	}
}

// clientFor is the client of a probe: one of its own when it trusts others than this
// machine does.
func (p *Prober) clientFor(q prentice.Probe) (*http.Client, error) {
	roots, err := trusted(q.Options)
	if roots == nil || err != nil {
		return &p.client, err
	}
	own := p.transport()
	own.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{CheckRedirect: follow, Transport: own}, nil
}

// trusted are the certificates of the file trust, or nil for those of this machine.
func trusted(o prentice.Options) (*x509.CertPool, error) {
	file := o.Text("trust")
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	return roots, nil
}

// follow goes after a redirect within the same host, and stays when it leads away, unless
// the probe wants it otherwise: the answer is then the redirect itself. So it does when
// the probe wants a redirect. What says who asks goes nowhere else than to the address
// that was named.
func follow(next *http.Request, via []*http.Request) error {
	first := via[0]
	q := probeOf(first.Context())
	policy := q.Options.Text("redirects")
	away := !sameHost(next.URL, first.URL)
	switch {
	case q.Status/100 == 3, policy == "none", len(via) > mostRedirects, away && policy != "any":
		return http.ErrUseLastResponse
	}
	if away || next.URL.Host != first.URL.Host || first.URL.Scheme == "https" && next.URL.Scheme != "https" {
		next.Header = http.Header{"User-Agent": first.Header["User-Agent"]}
	}
	// A resolver that only reads a list of names may not know one with its final dot.
	if name := next.URL.Hostname(); strings.HasSuffix(name, ".") {
		next.URL.Host = strings.Replace(next.URL.Host, name, strings.TrimSuffix(name, "."), 1)
	}
	return nil
}

// sameHost compares the names of two hosts, which have no case, and may end in a
// dot.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(strings.TrimSuffix(a.Hostname(), "."), strings.TrimSuffix(b.Hostname(), "."))
}

// stopwatch takes the times of the phases of a look. Two addresses of a name may be
// tried at once, and after a redirect each begins anew: the last counts.
type stopwatch struct {
	mu     sync.Mutex
	phases prentice.Phases
	began  [4]time.Time
}

func (s *stopwatch) begin(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began[i] = time.Now()
}

func (s *stopwatch) end(i int, to *time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.began[i].IsZero() {
		*to = time.Since(s.began[i])
	}
}

// taken are the phases so far.
func (s *stopwatch) taken() prentice.Phases {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phases
}

func (s *stopwatch) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { s.begin(0) },
		DNSDone:              func(httptrace.DNSDoneInfo) { s.end(0, &s.phases.DNS) },
		ConnectStart:         func(string, string) { s.begin(1) },
		ConnectDone:          func(string, string, error) { s.end(1, &s.phases.Connect) },
		TLSHandshakeStart:    func() { s.begin(2) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { s.end(2, &s.phases.TLS) },
		WroteHeaders:         func() { s.begin(3) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { s.begin(3) }, // over HTTP/2 an answer may have come before
		GotFirstResponseByte: func() { s.end(3, &s.phases.FirstByte) },
	})
}
