// Package scrape asks pages for samples, in the text formats of Prometheus and OpenMetrics.
//
// It asks over HTTP as probes do: a connection of its own for each scrape, no proxy but one that the
// job names, no address at which clouds keep what their machines may do, and secrets by their names,
// for a machine that may have them. It goes after no redirect.
//
// It refuses an answer that is larger than its job allows, that takes longer, or that is not written as
// its format wants, and says in which line. Of what a page says of time it takes nothing.
package scrape

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"prentice/internal/engine/metric"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

// Secret gives a secret that may be sent to a machine, by its name.
type Secret func(ctx context.Context, machine, name string) (string, error)

// Scraper asks.
type Scraper struct{ Secret Secret }

const accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"

// Scrape asks a target of a job once. It takes no longer than the job allows.
func (s Scraper) Scrape(ctx context.Context, j metric.Job, target string) (metric.Scraped, error) {
	ctx, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	answer, secrets, err := s.ask(ctx, j.Access, http.MethodGet, target, nil)
	if err != nil {
		return metric.Scraped{}, hidden(err, secrets)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return metric.Scraped{}, fmt.Errorf("it answers %d instead of 200", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, j.MostBytes+1))
	switch {
	case ctx.Err() != nil:
		return metric.Scraped{}, fmt.Errorf("its answer was not whole after %s", j.Timeout)
	case err != nil:
		return metric.Scraped{}, errors.New("its answer ended before its end: " + reach.Why(err))
	case int64(len(body)) > j.MostBytes:
		return metric.Scraped{}, fmt.Errorf("its answer is larger than the %d bytes that it may have", j.MostBytes)
	}
	return Parse(body, answer.Header.Get("Content-Type"))
}

// ask sends a request. Secrets are those in it.
func (s Scraper) ask(ctx context.Context, a metric.Access, method, address string, form url.Values) (answer *http.Response, secrets []string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return nil, nil, errors.New("its address cannot be read")
	}
	r.Header.Set("User-Agent", "prentice")
	r.Header.Set("Accept", accept)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
	}
	for _, name := range []string{a.Bearer, a.Password} {
		if name == "" {
			continue
		}
		if s.Secret == nil {
			return nil, nil, fmt.Errorf("secret %s: there are none where this is asked", name)
		}
		value, err := s.Secret(ctx, r.URL.Hostname(), name)
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, value)
		if name == a.Bearer {
			r.Header.Set("Authorization", "Bearer "+value)
		} else {
			r.SetBasicAuth(a.User, value)
		}
	}
	transport, err := transportOf(a, reach.IsHere(address))
	if err != nil {
		return nil, secrets, err
	}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err = client.Do(r)
	if err != nil {
		return nil, secrets, errors.New(reach.Why(err))
	}
	return answer, secrets, nil
}

// transportOf opens a connection of its own for each request.
func transportOf(a metric.Access, here bool) (*http.Transport, error) {
	dialer := net.Dialer{Timeout: 30 * time.Second, KeepAlive: -1, Control: func(_, address string, _ syscall.RawConn) error {
		return reach.May(address, here || reach.IsHere(a.Proxy))
	}}
	t := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if a.Proxy != "" {
		proxy, err := url.Parse(a.Proxy)
		if err != nil {
			return nil, errors.New("the address of its proxy cannot be read")
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if a.Trust == "" {
		return t, nil
	}
	raw, err := os.ReadFile(a.Trust)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust: %w", err)
	}
	t.TLSClientConfig.RootCAs = x509.NewCertPool()
	if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", a.Trust)
	}
	return t, nil
}

func hidden(err error, secrets []string) error {
	if text := mask.String(err.Error(), secrets); text != err.Error() {
		return errors.New(text)
	}
	return err
}
