// Package notify gives notices to receivers: a webhook, signed as Standard
// Webhooks says (https://www.standardwebhooks.com), a mail server, or the
// incoming webhook of a chat. It gives events to webhooks in the same way.
//
// Addresses come from the team's own git and are trusted, also when they are
// private. What answers there is not: a receiver gets ten seconds and may answer
// with a few bytes, which no one reads; redirects are not followed; what came
// from outside reaches it as plain text.
//
// It refuses certificates that do not fit, passwords over connections that can
// be read on the way, and to let a URL or a secret into an error.
package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/kit/mask"
)

const (
	patience    = 10 * time.Second
	mostAnswer  = 4 << 10  // bytes of an answer that are read, so that the connection can be used again
	mostHeaders = 16 << 10 // bytes of its headers
)

// Secrets gives the value of a secret by name.
type Secrets interface {
	Value(ctx context.Context, name string) (string, error)
}

// Sender sends to all kinds of channel.
type Sender struct {
	secrets Secrets
	clock   func() time.Time
	roots   *x509.CertPool // nil is those of the machine
	client  *http.Client
	out     *http.Client // for webhooks
	patient time.Duration
}

// New is a sender. Without roots it trusts those that the machine trusts.
func New(secrets Secrets, clock func() time.Time, roots *x509.CertPool) *Sender {
	s := &Sender{secrets: secrets, clock: clock, roots: roots, patient: patience, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, MaxResponseHeaderBytes: mostHeaders,
			DisableCompression: true, ForceAttemptHTTP2: true, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute,
		},
	}}
	s.out = s.outside()
	return s
}

// Send implements notice.Sender.
func (s *Sender) Send(ctx context.Context, c notice.Channel, m notice.Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.patient)
	defer cancel()
	address, secret, err := s.open(ctx, c)
	if err != nil {
		return err
	}
	switch c.Kind {
	case notice.SMTP:
		err = s.mail(ctx, c, address, secret, m)
	case notice.Chat:
		err = s.chat(ctx, address, m)
	case notice.Webhook:
		err = s.webhook(ctx, address, secret, m)
	default:
		return prentice.Errorf(prentice.Invalid, "channel %s is of no known kind", c.Name).Try("correct notices.yaml")
	}
	if err == nil {
		return nil
	}
	return prentice.Errorf(prentice.Unavailable, "channel %s: %s", c.Name, mask.String(without(err), hidden(c, address, secret)))
}

// open reads the channel's secrets. A URL that is one is held to the same rules
// as one that is written out.
func (s *Sender) open(ctx context.Context, c notice.Channel) (address *url.URL, secret string, err error) {
	text := c.URL
	if c.URLSecret != "" {
		if text, err = s.secrets.Value(ctx, c.URLSecret); err != nil {
			return nil, "", err
		}
	}
	if err := notice.CheckURL(c.Kind, text); err != nil {
		return nil, "", err
	}
	if address, err = url.Parse(text); err != nil {
		return nil, "", prentice.Errorf(prentice.Invalid, "the URL of channel %s is not one", c.Name) // its error would hold the URL
	}
	if c.Secret != "" {
		secret, err = s.secrets.Value(ctx, c.Secret)
	}
	return address, secret, err
}

// hidden is what must not stand in an error: the secret, and a secret URL with
// those of its parts that make it one.
func hidden(c notice.Channel, address *url.URL, secret string) []string {
	list := []string{secret}
	if c.URLSecret != "" {
		list = append(list, address.String(), address.RequestURI(), address.Path)
	}
	return list
}

// without is an error without the URL that net/http puts in front of it.
func without(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok {
		if e.Timeout() {
			return "it did not answer in time"
		}
		err = e.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "it did not answer in time"
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "it did not answer in time"
	}
	return err.Error()
}

// webhook sends the message as JSON, with its id, its time and its signature.
func (s *Sender) webhook(ctx context.Context, address *url.URL, secret string, m notice.Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	signer, err := signerOf(secret)
	if err != nil {
		return err
	}
	now := s.clock()
	signature, err := signer.Sign(m.ID, now, body)
	if err != nil {
		return err
	}
	h := http.Header{}
	h.Set(standardwebhooks.HeaderWebhookID, m.ID)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, itoa(now.Unix()))
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return s.post(ctx, address, body, h)
}

// signerOf reads a signing secret: whsec_ and base64, as receivers give it, or
// the bytes themselves.
func signerOf(secret string) (*standardwebhooks.Webhook, error) {
	if strings.HasPrefix(secret, "whsec_") {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("the secret begins with whsec_ and is not base64 after it")
		}
		return signer, nil
	}
	return standardwebhooks.NewWebhookRaw([]byte(secret))
}

// post sends a body and looks at nothing of the answer but its status.
func (s *Sender) post(ctx context.Context, address *url.URL, body []byte, headers http.Header) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the request cannot be made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "prentice")
	for key, values := range headers {
		req.Header[key] = values
	}
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch code := res.StatusCode; {
	case code >= 300 && code < 400:
		return errors.New("it answered " + itoa(int64(code)) + ", and redirects are not followed")
	case code < 200 || code > 299:
		return errors.New("it answered " + itoa(int64(code)))
	}
	io.CopyN(io.Discard, res.Body, mostAnswer) //nolint:errcheck // whatever else it says, it took the message
	return nil
}
