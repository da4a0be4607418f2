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
	mostBody      = 4 << 20 // of which Contains is looked for
)

// follow goes after a redirect within the same host, and stays when it leads
// away: the answer is then the redirect itself. So it does when the probe wants a
// redirect.
func follow(next *http.Request, via []*http.Request) error {
	first := via[0]
	wanted, _ := first.Context().Value(wantedStatus{}).(int)
	if wanted/100 == 3 || len(via) > mostRedirects || !sameHost(next.URL, first.URL) {
		return http.ErrUseLastResponse
	}
	// A resolver that only reads a list of names may not know one with its final dot.
	if name := next.URL.Hostname(); strings.HasSuffix(name, ".") {
		next.URL.Host = strings.Replace(next.URL.Host, name, strings.TrimSuffix(name, "."), 1)
	}
	return nil
}

// wantedStatus is the key under which a request carries the status it wants.
type wantedStatus struct{}

func (p *Prober) http(ctx context.Context, q prentice.Probe) prentice.Observation {
	r, err := http.NewRequestWithContext(context.WithValue(ctx, wantedStatus{}, q.Status), http.MethodGet, q.Target, nil)
	if err != nil {
		return unseen(fmt.Sprintf("%s is not an address: %s", q.Shown(), reach.Why(err)))
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
	where := q.Shown()
	if final := answer.Request.URL; final.String() != q.Target && answer.Request.Response != nil {
		where += " (redirected to " + final.Redacted() + ")"
	}
	seen.Says = fmt.Sprintf("%s answered %d", where, answer.StatusCode)
	switch to, err := answer.Location(); {
	case q.Status == 0 && answer.StatusCode/100 == 2, q.Status == answer.StatusCode:
		seen.Truth = prentice.Pass
	case q.Status == 0 && err == nil && !sameHost(to, answer.Request.URL):
		seen.Says += fmt.Sprintf(" and led to another host, %s; probe that address, or expect status %d", to.Hostname(), answer.StatusCode)
	case q.Status == 0 && err == nil && answer.StatusCode/100 == 3:
		seen.Says += fmt.Sprintf(" after %d redirects", mostRedirects)
	case q.Status != 0:
		seen.Says += fmt.Sprintf(", not %d", q.Status)
	}
	return seen
}

// sameHost compares the names of two hosts, which have no case, and may end in a
// dot.
func sameHost(a, b *url.URL) bool {
	return strings.EqualFold(strings.TrimSuffix(a.Hostname(), "."), strings.TrimSuffix(b.Hostname(), "."))
}

// contains looks for the wanted text as the answer comes, and reads no further
// than that.
func contains(q prentice.Probe, seen prentice.Observation, body io.Reader) prentice.Observation {
	found, whole, err := search(body, []byte(q.Contains))
	switch {
	case found:
		seen.Says += " with the wanted text"
	case err != nil:
		broken := unreached(q, err)
		broken.Status = seen.Status
		return broken
	case whole:
		seen.Truth = prentice.Fail
		seen.Says += fmt.Sprintf(" without the text %q", q.Contains)
	default:
		seen.Truth = prentice.Fail
		seen.Says += fmt.Sprintf(" without the text %q in its first %d MiB", q.Contains, mostBody>>20)
	}
	return seen
}

// search reads until a text has come, the end, or mostBody; whole says that it
// was the end.
func search(from io.Reader, text []byte) (found, whole bool, err error) {
	const chunk = 32 << 10
	window := make([]byte, 0, chunk+len(text))
	for read := 0; read < mostBody; {
		n, err := from.Read(window[len(window):min(len(window)+chunk, cap(window))])
		read += n
		window = window[:len(window)+n]
		if bytes.Contains(window, text) {
			return true, false, nil
		}
		if err == io.EOF {
			return false, true, nil
		}
		if err != nil {
			return false, false, err
		}
		// Half of the text may have come: as much stays as could be its beginning.
		keep := min(len(window), len(text)-1)
		window = window[:copy(window, window[len(window)-keep:])]
	}
	return false, false, nil
}
