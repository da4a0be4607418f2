package choice

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/choices"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

// Asker asks sources.
type Asker struct {
	Secret func(ctx context.Context, name string) (string, error) // the value of one
	Box    Box
}

// Ask is what a source says now.
func (a Asker) Ask(ctx context.Context, s prentice.ChoiceSource) ([]string, error) {
	if s.Script != "" {
		return a.perform(ctx, s)
	}
	r, secrets, err := a.request(ctx, s)
	if err != nil {
		return nil, err
	}
	answer, err := fetch(r, reach.IsHere(s.URL))
	if err == nil {
		var values []string
		if values, err = choices.Values(answer, s.Path); err == nil {
			err = repeats(values, secrets)
		}
		if err == nil {
			return values, nil
		}
	}
	return nil, prentice.Errorf(prentice.KindOf(err), "%s", mask.String(err.Error(), secrets))
}

// repeats refuses a list that says a secret back: everyone who sees the form would know it.
func repeats(values, secrets []string) error {
	for i, v := range values {
		if mask.String(v, secrets) != v {
			return prentice.Errorf(prentice.Refused, "value %d repeats a secret that it was asked with", i+1)
		}
	}
	return nil
}

// request is the one request to a source, and the secrets in it.
func (a Asker) request(ctx context.Context, s prentice.ChoiceSource) (r *http.Request, secrets []string, err error) {
	if r, err = http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil); err != nil {
		return nil, nil, prentice.Errorf(prentice.Invalid, "%w", err)
	}
	r.Header.Set("User-Agent", "prentice")
	r.Header.Set("Accept", "application/json, text/plain;q=0.9, */*;q=0.1")
	send := func(header, before, name string) error {
		value, err := a.Secret(ctx, name)
		if err != nil {
			return prentice.Errorf(prentice.Refused, "the secret %s: %w", name, err)
		}
		secrets = append(secrets, value)
		r.Header.Set(header, before+value)
		return nil
	}
	if s.Bearer != "" {
		if err := send("Authorization", "Bearer ", s.Bearer); err != nil {
			return nil, nil, err
		}
	}
	for _, header := range slices.Sorted(maps.Keys(s.Headers)) {
		if err := send(header, "", s.Headers[header]); err != nil {
			return nil, nil, err
		}
	}
	return r, secrets, nil
}

// fetch is the body of an answer that is well.
func fetch(r *http.Request, here bool) (string, error) {
	answer, err := client(here).Do(r)
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "%s", reach.Why(err))
	}
	defer answer.Body.Close()
	if to, err := answer.Location(); err == nil && answer.StatusCode/100 == 3 {
		return "", prentice.Errorf(prentice.Refused, "it answered %s and leads to %s, where it was not followed", answer.Status, to.Redacted())
	}
	if answer.StatusCode != http.StatusOK {
		return "", prentice.Errorf(prentice.Unavailable, "it answered %s", answer.Status)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, choices.MostBytes+1))
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "the rest of its answer did not come: %s", reach.Why(err))
	}
	return string(body), nil
}

// client follows nothing, and reaches this machine only for those who name it.
func client(here bool) *http.Client {
	dialer := net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error { return reach.May(address, here) }}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true, ForceAttemptHTTP2: true,
			MaxResponseHeaderBytes: 64 << 10, TLSHandshakeTimeout: 5 * time.Second},
	}
}
