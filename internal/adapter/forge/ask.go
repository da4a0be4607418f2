package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
)

const (
	patience = 30 * time.Second // for one request
	mostRead = 16 << 20         // bytes of an answer
)

// asker asks one forge.
type asker struct {
	base   string // of its API, with the project
	root   string // of its API
	header [2]string
	token  string
	place  forge.Place
	client *http.Client
}

func newAsker(p forge.Place, token string) *asker {
	a := &asker{place: p, token: token}
	switch p.Kind {
	case forge.GitLab:
		a.root, a.header = p.Address+"/api/v4", [2]string{"PRIVATE-TOKEN", token}
		a.base = a.root + "/projects/" + url.PathEscape(p.Project)
	case forge.GitHub:
		a.root, a.header = p.Address+"/api/v3", [2]string{"Authorization", "Bearer " + token}
		if p.Address == "https://github.com" {
			a.root = "https://api.github.com"
		}
		a.base = a.root + "/repos/" + p.Project
	default:
		a.root, a.header = p.Address+"/api/v1", [2]string{"Authorization", "token " + token}
		a.base = a.root + "/repos/" + p.Project
	}
	here := reach.IsHere(p.Address)
	dialer := net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error { return reach.May(address, here) }}
	a.client = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10, TLSHandshakeTimeout: 10 * time.Second, DisableKeepAlives: true}}
	return a
}

// do asks, and reads the answer into out, if it is not nil. Where is a path of the project;
// one that begins with a slash twice is of the forge.
func (a *asker) do(ctx context.Context, method, where string, query url.Values, in, out any) error {
	to := a.base + where
	if rest, found := strings.CutPrefix(where, "//"); found {
		to = a.root + "/" + rest
	}
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return odd(a.place, "its address is none")
	}
	req.Header.Set(a.header[0], a.header[1])
	req.Header.Set("User-Agent", "prentice")
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s does not answer: %s", a.place.Address, mask.String(reach.Why(err), []string{a.token})).Try("see that it runs and that this machine reaches it; it is asked again in a while")
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, mostRead+1))
	switch {
	case err != nil:
		return prentice.Errorf(prentice.Unavailable, "the rest of an answer of %s did not come", a.place.Address).Try("it is asked again in a while")
	case len(raw) > mostRead:
		return prentice.Errorf(prentice.Limited, "%s answers more than %d bytes to one question", a.place.Address, mostRead).Try("see what is so long there: comments, or descriptions")
	case resp.StatusCode/100 != 2:
		return a.refused(resp, raw)
	case out == nil:
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return odd(a.place, "%s %s is no JSON of the kind that is documented", method, clip.Text(strings.TrimPrefix(to, a.root)))
	}
	return nil
}

// refused is what a status other than well means to who asked.
func (a *asker) refused(resp *http.Response, raw []byte) error {
	var said struct{ Message any }
	says := ""
	if json.Unmarshal(raw, &said) == nil {
		if text, is := said.Message.(string); is {
			says = ": " + strconv.Quote(clip.Text(mask.String(text, []string{a.token})))
		}
	}
	at := strings.TrimPrefix(resp.Request.URL.Path, "/")
	limited := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusForbidden && (resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-RateLimit-Remaining") == "0")
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized:
		return prentice.Errorf(prentice.Refused, "%s refuses the token%s", a.place.Address, says).Try("make a new one there, and keep it: prentice secret rotate NAME -")
	case limited || code >= 500:
		err := prentice.Errorf(prentice.Unavailable, "%s answers %d%s", a.place.Address, code, says).Try("it is asked again in a while")
		return &forge.Wait{Err: err, After: retryAfter(resp.Header, time.Now())}
	case code == http.StatusForbidden:
		return prentice.Errorf(prentice.Refused, "%s does not let the token do this (%s)%s", a.place.Address, clip.Text(at), says).Try("give the token the rights that book/how-to/keep-your-forge.md names")
	case code == http.StatusNotFound:
		return prentice.Errorf(prentice.NotFound, "%s has no %s, or does not show it to this token", a.place.Address, clip.Text(at)).Try("see that the repository is %s, and that the token may read it", a.place.Project)
	case code/100 == 3:
		return prentice.Errorf(prentice.Refused, "%s leads elsewhere, where it is not followed", a.place.Address).Try("name the address to which it leads, if it is the right one")
	}
	return prentice.Errorf(prentice.Conflict, "%s answers %d to %s %s%s", a.place.Address, resp.StatusCode, resp.Request.Method, clip.Text(at), says).Try("see what it says")
}

// retryAfter reads how long a forge asks us to wait.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		if n, err := strconv.ParseInt(h.Get(name), 10, 64); err == nil && n > 0 {
			return max(0, time.Unix(n, 0).Sub(now))
		}
	}
	return 0
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
