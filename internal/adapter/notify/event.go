package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"prentice"
	"prentice/internal/engine/outgoing"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

// outside is the client for webhooks. A name that leads to this machine, or to what a cloud
// tells its machines, is refused where it is dialled, after it was looked up.
func (s *Sender) outside() *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		here := reach.IsHere("http://" + net.JoinHostPort(host, "80"))
		d := net.Dialer{Timeout: s.patient, Control: func(_, address string, _ syscall.RawConn) error { return mayDial(address, here) }}
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}, MaxResponseHeaderBytes: mostHeaders,
			DisableCompression: true, ForceAttemptHTTP2: true, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute,
		},
	}
}

var errInside = errors.New("its name leads to this machine or to what a cloud tells its machines, and nothing is sent there")

// mayDial refuses an address that no receiver has. here says that the address of the
// webhook names this machine itself.
func mayDial(address string, here bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	host, _, _ = strings.Cut(host, "%")
	ip := net.ParseIP(host)
	if ip == nil || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip.IsLoopback() && !here {
		return errInside
	}
	return nil
}

// Deliver implements outgoing.Sender.
func (s *Sender) Deliver(ctx context.Context, e outgoing.Endpoint, l outgoing.Letter) (a outgoing.Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.patient)
	defer cancel()
	text := e.URL
	if e.URLSecret != "" {
		if text, err = s.secrets.Value(ctx, e.URLSecret); err != nil {
			return a, err
		}
	}
	if err := outgoing.CheckURL(text); err != nil {
		return a, err
	}
	secret, err := s.secrets.Value(ctx, e.Secret)
	if err != nil {
		return a, err
	}
	signer, err := signerOf(secret)
	if err != nil {
		return a, prentice.Errorf(prentice.Invalid, "%s", err).Try("set it again: prentice secret rotate %s -", e.Secret)
	}
	now := s.clock()
	signature, err := signer.Sign(l.ID, now, l.Body)
	if err != nil {
		return a, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, text, bytes.NewReader(l.Body))
	if err != nil {
		return a, errors.New("the request cannot be made") // its error would hold the URL
	}
	req.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	req.Header.Set("User-Agent", "prentice")
	req.Header.Set(standardwebhooks.HeaderWebhookID, l.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, itoa(now.Unix()))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	res, err := s.out.Do(req)
	if err != nil {
		return outgoing.Answer{Says: mask.String(without(err), hiddenOf(e, req.URL, secret))}, nil
	}
	defer res.Body.Close()
	io.CopyN(io.Discard, res.Body, mostAnswer) //nolint:errcheck // what it says beside its status no one reads
	return answerOf(res), nil
}

// answerOf is what a status says. How long to wait is said in seconds or as a moment.
func answerOf(res *http.Response) (a outgoing.Answer) {
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		return a
	case code >= 300 && code < 400:
		a.Says = "it answered " + itoa(int64(code)) + ", and redirects are not followed"
	default:
		a.Says, a.Gone = "it answered "+itoa(int64(code)), code == http.StatusGone
	}
	after := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		a.Pause = time.Duration(seconds) * time.Second //nolint:gosec // it has 31 bits
	} else if at, err := http.ParseTime(after); err == nil {
		a.Pause = max(time.Until(at), 0)
	}
	return a
}

func hiddenOf(e outgoing.Endpoint, address *url.URL, secret string) []string {
	list := []string{secret}
	if e.URLSecret != "" {
		list = append(list, address.String(), address.RequestURI(), address.Path)
	}
	return list
}
