// Package deadman tells a monitor outside that prentice works, in the way of healthchecks: a GET of
// an address, which is itself the secret. That monitor calls someone when it hears nothing.
//
// It refuses to show the address, to go on to another one, and to ask over a proxy that
// the environment names. What it may tell, and when, is decided elsewhere.
package deadman

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/reach"
)

// patience is how long a ping may take.
const patience = 10 * time.Second

// Switch pings the address that Address gives.
type Switch struct {
	Address func(context.Context) (string, error)
}

// Ping says once that all is well.
func (s Switch) Ping(ctx context.Context) error {
	address, err := s.Address(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return prentice.Errorf(prentice.Invalid, "what the secret of deadman holds is no address on the web").Try("keep https://HOST/ping/UUID in it")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "what the secret of deadman holds is no address on the web").Try("keep https://HOST/ping/UUID in it")
	}
	r.Header.Set("User-Agent", "prentice-deadman")
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("ping %s: %s", u.Host, reach.Why(err)) //nolint:errorlint // the error holds the address
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10)) //nolint:errcheck // only the status counts
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("ping %s: it answered %d", u.Host, answer.StatusCode)
	}
	return nil
}

var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
}
