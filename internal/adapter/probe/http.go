package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

const mostBody = 4 << 20 // of which Contains is looked for

func (p *Prober) http(ctx context.Context, q prentice.Probe) prentice.Observation {
	watch := &stopwatch{}
	r, secrets, err := p.request(watch.trace(context.WithValue(ctx, asked{}, q)), q)
	if err != nil {
		return unseen(fmt.Sprintf("%s cannot be asked: %s", q.Shown(), reach.Why(err)))
	}
	client, err := p.clientFor(q)
	if err != nil {
		return unseen(fmt.Sprintf("%s cannot be asked: %s", q.Shown(), err))
	}
	seen := p.answer(ctx, client, r, q)
	seen.Phases, seen.Says = watch.taken(), mask.String(seen.Says, secrets)
	return seen
}

// request is what is sent, and the secrets in it.
func (p *Prober) request(ctx context.Context, q prentice.Probe) (r *http.Request, secrets []string, err error) {
	var body io.Reader
	if text := q.Options.Text("body"); text != "" {
		body = strings.NewReader(text)
	}
	if r, err = http.NewRequestWithContext(ctx, methodOf(q), q.Target, body); err != nil {
		return nil, nil, err
	}
	r.Header.Set("User-Agent", "prentice-probe")
	for _, h := range q.Options["headers"] {
		name, value, _ := strings.Cut(h, ": ")
		if strings.EqualFold(name, "Host") {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	machine := r.URL.Hostname()
	password, err := p.reveal(ctx, q, "password", machine)
	if err != nil {
		return nil, nil, err
	}
	bearer, err := p.reveal(ctx, q, "bearer", machine)
	if err != nil {
		return nil, nil, err
	}
	switch user := q.Options.Text("user"); {
	case bearer != "":
		r.Header.Set("Authorization", "Bearer "+bearer)
		secrets = []string{bearer}
	case password != "":
		r.SetBasicAuth(user, password)
		secrets = []string{password, base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
	}
	return r, secrets, nil
}

// answer sends a request, and judges what comes back.
func (p *Prober) answer(ctx context.Context, client *http.Client, r *http.Request, q prentice.Probe) prentice.Observation {
	answer, err := client.Do(r)
	if err != nil {
		return unreached(q, err)
	}
	defer answer.Body.Close()
	seen := judge(q, answer)
	if seen.OK() {
		seen = headers(q, seen, answer.Header)
	}
	if seen.OK() && (q.Options.Has("matches") || q.Options.Has("expect")) {
		var read io.Reader
		if read, seen = expected(ctx, q, seen, answer); read == nil {
			return seen
		}
		answer.Body = io.NopCloser(io.MultiReader(read, answer.Body))
	}
	if seen.OK() && q.Contains != "" {
		return contains(q, seen, answer.Body)
	}
	return seen
}

// statuses reads a status, or from one to another.
func statuses(s string) (from, to int, ok bool) {
	low, high, several := strings.Cut(s, "-")
	from, err := strconv.Atoi(strings.TrimSpace(low))
	to = from
	if several && err == nil {
		to, err = strconv.Atoi(strings.TrimSpace(high))
	}
	return from, to, err == nil && from >= 100 && to <= 599 && from <= to
}

// right says whether a status is one that a probe wants.
func right(q prentice.Probe, status int) bool {
	switch {
	case q.Status != 0:
		return status == q.Status
	case !q.Options.Has("status"):
		return status/100 == 2
	}
	for _, s := range q.Options["status"] {
		if from, to, ok := statuses(s); ok && from <= status && status <= to {
			return true
		}
	}
	return false
}

// judge holds a status against the wanted one.
func judge(q prentice.Probe, answer *http.Response) prentice.Observation {
	seen := prentice.Observation{Truth: prentice.Fail, Status: answer.StatusCode}
	where := q.Shown()
	if final := answer.Request.URL; final.String() != q.Target && answer.Request.Response != nil {
		where += " (redirected to " + final.Redacted() + ")"
	}
	seen.Says = fmt.Sprintf("%s answered %d", where, answer.StatusCode)
	any2xx := q.Status == 0 && !q.Options.Has("status")
	switch to, err := answer.Location(); {
	case right(q, answer.StatusCode):
		seen.Truth = prentice.Pass
	case any2xx && err == nil && !sameHost(to, answer.Request.URL):
		seen.Says += fmt.Sprintf(" and led to another host, %s; probe that address, or expect status %d", to.Hostname(), answer.StatusCode)
	case any2xx && err == nil && answer.StatusCode/100 == 3 && q.Options.Text("redirects") != "none":
		seen.Says += fmt.Sprintf(" after %d redirects", mostRedirects)
	case q.Status != 0:
		seen.Says += fmt.Sprintf(", not %d", q.Status)
	case !any2xx:
		seen.Says += ", not " + strings.Join(q.Options["status"], ", ")
	}
	return seen
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
