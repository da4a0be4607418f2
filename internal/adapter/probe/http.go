package probe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"prentice"
	"prentice/internal/kit/reach"
)

const (
	mostRedirects = 5
	mostBody      = 64 << 10 // of which Contains is looked for
)

// follow goes after a redirect within the same host, and stays when it leads
// away: the answer is then the redirect itself. So it does when the probe wants a
// redirect.
func follow(next *http.Request, via []*http.Request) error {
	first := via[0]
	wanted, _ := first.Context().Value(wantedStatus{}).(int)
	if wanted/100 == 3 || len(via) > mostRedirects || next.URL.Hostname() != first.URL.Hostname() {
		return http.ErrUseLastResponse
	}
	return nil
}

// wantedStatus is the key under which a request carries the status it wants.
type wantedStatus struct{}

func (p *Prober) http(ctx context.Context, q prentice.Probe) prentice.Observation {
	r, err := http.NewRequestWithContext(context.WithValue(ctx, wantedStatus{}, q.Status), http.MethodGet, q.Target, nil)
	if err != nil {
		return unseen(fmt.Sprintf("%s is not an address: %s", shown(q), reach.Why(err)))
	}
	r.Header.Set("User-Agent", "prentice-probe")
	answer, err := p.client.Do(r)
	if err != nil {
		return unreached(q, err)
	}
	defer answer.Body.Close()
	seen := judge(q, answer)
	if seen.OK() && q.Contains != "" {
		return contains(q, seen, answer.Body)
	}
	return seen
}

// judge holds a status against the wanted one.
func judge(q prentice.Probe, answer *http.Response) prentice.Observation {
	seen := prentice.Observation{Truth: prentice.Fail, Status: answer.StatusCode}
	where := shown(q)
	if final := answer.Request.URL; final.String() != q.Target && answer.Request.Response != nil {
		where += " (redirected to " + final.Redacted() + ")"
	}
	seen.Says = fmt.Sprintf("%s answered %d", where, answer.StatusCode)
	switch to, err := answer.Location(); {
	case q.Status == 0 && answer.StatusCode/100 == 2, q.Status == answer.StatusCode:
		seen.Truth = prentice.Pass
	case q.Status == 0 && err == nil && to.Hostname() != answer.Request.URL.Hostname():
		seen.Says += fmt.Sprintf(" and led to another host, %s; probe that address, or expect status %d", to.Hostname(), answer.StatusCode)
	case q.Status == 0 && err == nil && answer.StatusCode/100 == 3:
		seen.Says += fmt.Sprintf(" after %d redirects", mostRedirects)
	case q.Status != 0:
		seen.Says += fmt.Sprintf(", not %d", q.Status)
	}
	return seen
}

// contains looks for the wanted text in the first 64 KiB.
func contains(q prentice.Probe, seen prentice.Observation, body io.Reader) prentice.Observation {
	text, err := io.ReadAll(io.LimitReader(body, mostBody))
	switch {
	case bytes.Contains(text, []byte(q.Contains)):
		seen.Says += " with the wanted text"
	case err != nil:
		broken := unreached(q, err)
		broken.Status = seen.Status
		return broken
	default:
		seen.Truth = prentice.Fail
		seen.Says += fmt.Sprintf(" without the text %q", q.Contains)
	}
	return seen
}

// shown is a probe's target as people may see it: without a password.
func shown(q prentice.Probe) string {
	u, err := url.Parse(q.Target)
	if q.Kind != "http" || err != nil {
		return strings.ToValidUTF8(q.Target, "")
	}
	return u.Redacted()
}
