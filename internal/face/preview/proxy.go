package preview

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prentice/internal/engine/preview"
)

const (
	idlePerService = 64
	idleLife       = 30 * time.Second
	dialPatience   = 10 * time.Second
	mostAnswered   = 1 << 20 // bytes of the headers of an answer
)

// newProxy speaks to services. It keeps connections by service and port, and none to
// anything else: where it connects is never what a request says.
func (f *Face) newProxy() *httputil.ReverseProxy {
	plain := &http.Transport{DialContext: f.dial, MaxIdleConnsPerHost: idlePerService, IdleConnTimeout: idleLife, DisableCompression: true, MaxResponseHeaderBytes: mostAnswered, ExpectContinueTimeout: time.Second}
	two := &http.Transport{DialContext: f.dial, IdleConnTimeout: idleLife, DisableCompression: true, MaxResponseHeaderBytes: mostAnswered, Protocols: new(http.Protocols)}
	two.Protocols.SetUnencryptedHTTP2(true)
	return &httputil.ReverseProxy{Rewrite: f.rewrite, Transport: transports{plain, two}, ModifyResponse: f.modify, ErrorHandler: f.failed, ErrorLog: nil, BufferPool: &buffers}
}

// transports asks in HTTP/2 for gRPC, which knows nothing else, and in HTTP/1.1 otherwise.
type transports struct{ one, two http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t transports) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		return t.two.RoundTrip(r)
	}
	return t.one.RoundTrip(r)
}

// dial takes the address that rewrite made apart.
func (f *Face) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	env, service, _ := strings.Cut(host, ".")
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	return f.Desk.Dial(ctx, env, service, port)
}

func (f *Face) rewrite(p *httputil.ProxyRequest) {
	visit, _ := preview.Of(p.In.Context())
	service, _ := p.In.Context().Value(serviceKey{}).(preview.Service)
	p.Out.URL = &url.URL{Scheme: "http", Host: net.JoinHostPort(visit.Place.ID+"."+service.Name, strconv.Itoa(service.Port)), Path: p.In.URL.Path, RawPath: p.In.URL.RawPath, RawQuery: p.In.URL.RawQuery, ForceQuery: p.In.URL.ForceQuery}
	p.Out.Host = p.In.Host
	if service.Host != "" {
		p.Out.Host = service.Host
	}
	cleanRequest(p.Out.Header)
	p.SetXForwarded()
	p.Out.Header.Set("X-Forwarded-Proto", f.Domain.Scheme)
	if f.banners(p.In, visit) {
		p.Out.Header.Del("Accept-Encoding") // what is compressed has no end to add to
	}
}

// failed says that a service does not answer.
func (f *Face) failed(w http.ResponseWriter, r *http.Request, err error) {
	visit, _ := preview.Of(r.Context())
	service, _ := r.Context().Value(serviceKey{}).(preview.Service)
	var large *http.MaxBytesError
	switch {
	case r.Context().Err() != nil: // who asked has gone
		w.WriteHeader(http.StatusBadGateway)
		return
	case errors.As(err, &large):
		f.page(w, r, http.StatusRequestEntityTooLarge, shown{Title: "This is too large", Says: "The request is larger than may be sent."})
		return
	}
	f.Log.Debug("a service of a preview does not answer", "env", visit.Place.ID, "service", service.Name, "port", service.Port, "err", err)
	place := visit.Place
	place.State, place.Waits = preview.Making, "the service "+service.Name+" does not answer at its port "+strconv.Itoa(service.Port)+" yet"
	f.notReady(w, r, place)
}
