package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/op"
)

// call sends a request as curl would.
type call struct {
	method, path, body, token, kind string
	header                          map[string]string
}

func (w *world) send(t *testing.T, c call) (*http.Response, string) {
	t.Helper()
	if c.method == "" {
		c.method = "POST"
	}
	req, err := http.NewRequestWithContext(t.Context(), c.method, w.server.URL+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.kind != "none" {
		req.Header.Set("Content-Type", "application/json"+c.kind)
	}
	if c.token != "none" {
		req.Header.Set("Authorization", "Bearer t-"+orElse(c.token, "ann"))
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(raw)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func TestEveryAnswerHasItsStatusAndItsWords(t *testing.T) {
	const make = "/v1/op/thing.make"
	for _, c := range []struct {
		name   string
		call   call
		status int
		says   []string
	}{
		{"a change", call{path: make, body: `{"name":"x"}`}, 200, []string{`"name":"x"`, `"who":"person/ann"`, `"wait":90000000000`}},
		{"a change with a charset", call{path: make, body: `{"name":"x"}`, kind: "; charset=utf-8"}, 200, nil},
		{"no input where none is needed", call{path: "/v1/op/thing.rule"}, 200, []string{"{}"}},
		{"input that breaks a promise", call{path: make, body: `{"nam":"x"}`}, 422, []string{`"kind":"invalid"`, `did you mean \"name\"?`}},
		{"an unknown operation", call{path: "/v1/op/thing.mke"}, 404, []string{`did you mean \"thing.make\"?`}},
		{"an unknown place", call{path: "/v2/op"}, 404, []string{"/openapi.json"}},
		{"a wrong method", call{method: "GET", path: make}, 405, []string{"use POST"}},
		{"another wrong method", call{path: "/v1/watch/thing.follow"}, 405, []string{"use GET"}},
		{"nobody", call{path: make, token: "none"}, 401, []string{`"kind":"unauthenticated"`, "Authorization: Bearer"}},
		{"a wrong token", call{path: make, token: "eve"}, 401, []string{`"kind":"unauthenticated"`}},
		{"no one asks for the list", call{method: "GET", path: "/v1/ops", token: "none"}, 401, nil},
		{"a broken table of tokens", call{path: make, token: "broken"}, 500, []string{"something broke"}},
		{"too small a role", call{path: "/v1/op/thing.rule", token: "bob"}, 403, []string{`"kind":"denied"`, "owner"}},
		{"policy", call{path: "/v1/op/thing.frozen"}, 409, []string{`"kind":"refused"`, "It is a holiday.", "rule freeze"}},
		{"no content type", call{path: make, body: `{"name":"x"}`, kind: "none"}, 415, []string{"Content-Type: application/json"}},
		{"letters of another encoding", call{path: make, body: "{\"name\":\"\xff\"}"}, 400, []string{"not UTF-8"}},
		{"a form", call{path: make, body: `name=x`, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415, nil},
		{"a page of another site", call{path: make, body: `{"name":"x"}`, header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403, []string{"another site"}},
		{"a body that is too large", call{path: make, body: `{"name":"` + strings.Repeat("x", api.MaxBody) + `"}`}, 413, []string{`"kind":"limited"`}},
		{"a key that is not one", call{path: make, body: `{"name":"x"}`, header: map[string]string{"Idempotency-Key": "a b"}}, 422, []string{"printable"}},
		{"a watch that is invoked", call{path: "/v1/op/thing.follow", body: `{"name":"x"}`}, 422, []string{"stream"}},
		{"an operation that is watched", call{method: "GET", path: `/v1/watch/thing.make?in={"name":"x"}`}, 422, []string{"answers once"}},
		{"a watch with a long input", call{method: "GET", path: "/v1/watch/thing.follow?in=" + strings.Repeat("x", api.MaxQuery+1)}, 414, nil},
		{"a watch that fails at once", call{method: "GET", path: "/v1/watch/thing.fails"}, 404, []string{"no such thing"}},
		{"health", call{method: "GET", path: "/healthz", token: "none"}, 200, []string{"ok"}},
		{"readiness", call{method: "GET", path: "/readyz", token: "none"}, 200, []string{"ready"}},

		{"internal", call{path: "/v1/op/fail.internal", body: `{"name":"x"}`}, 500, []string{`"kind":"internal"`, "id-1"}},
		{"invalid", call{path: "/v1/op/fail.invalid", body: `{"name":"x"}`}, 422, []string{`"kind":"invalid"`, `"hint":"make it even"`, `"at":{"file":"a.md","line":3,"column":7}`}},
		{"not found", call{path: "/v1/op/fail.not-found", body: `{"name":"x"}`}, 404, []string{`"type":"urn:prentice:error:not-found"`, `"detail":"no run 7"`, `"status":404`}},
		{"denied", call{path: "/v1/op/fail.denied", body: `{"name":"x"}`}, 403, nil},
		{"refused", call{path: "/v1/op/fail.refused", body: `{"name":"x"}`}, 409, []string{`"kind":"refused"`}},
		{"conflict", call{path: "/v1/op/fail.conflict", body: `{"name":"x"}`}, 409, []string{`"kind":"conflict"`}},
		{"limited", call{path: "/v1/op/fail.limited", body: `{"name":"x"}`}, 429, nil},
		{"unavailable", call{path: "/v1/op/fail.unavailable", body: `{"name":"x"}`}, 503, []string{"free space on the disk that holds the data folder"}},
		{"cancelled", call{path: "/v1/op/fail.cancelled", body: `{"name":"x"}`}, 499, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := build(t) // strangers may not ask often
			res, body := w.send(t, c.call)
			if res.StatusCode != c.status {
				t.Fatalf("status %d, want %d: %s", res.StatusCode, c.status, body)
			}
			for _, s := range c.says {
				if !strings.Contains(body, s) {
					t.Errorf("%s lacks %s", body, s)
				}
			}
			checkManners(t, res, body)
		})
	}
}

// checkManners looks at what every answer has to have.
func checkManners(t *testing.T, res *http.Response, body string) {
	t.Helper()
	h := res.Header
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Content-Security-Policy") == "" || h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers %v", h)
	}
	if strings.Contains(body, "hunter2") || strings.Contains(body, "/secret/place") {
		t.Errorf("it tells what is inside: %s", body)
	}
	if res.StatusCode == http.StatusOK {
		return
	}
	var p api.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil || h.Get("Content-Type") != "application/problem+json" || p.Status != res.StatusCode || p.Detail == "" || p.Title == "" {
		t.Errorf("not a problem: %s %s, %v", h.Get("Content-Type"), body, err)
	}
	if (h.Get("WWW-Authenticate") != "") != (res.StatusCode == 401) || (h.Get("Allow") != "") != (res.StatusCode == 405) {
		t.Errorf("headers %v", h)
	}
}

func TestABodyWithoutALengthIsNotReadToItsEnd(t *testing.T) {
	w := build(t)
	endless := &endless{}
	req, err := http.NewRequestWithContext(t.Context(), "POST", w.server.URL+"/v1/op/thing.make", endless)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer t-ann")
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", res.StatusCode)
		}
	}
	if read := endless.read.Load(); read > 100*api.MaxBody {
		t.Errorf("%d bytes were taken", read)
	}
	if w.done.Load() != 0 {
		t.Error("it was done")
	}
}

// endless is a body that a villain sends; it gives up after a GiB.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.read.Load() > 1<<30 {
		return 0, errors.New("enough")
	}
	for i := range p {
		p[i] = ' '
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

func TestAKeyInTheHeaderMakesTwoRequestsOne(t *testing.T) {
	w := build(t)
	c := call{path: "/v1/op/thing.make", body: `{"name":"x"}`, header: map[string]string{"Idempotency-Key": "k1"}}
	_, first := w.send(t, c)
	_, again := w.send(t, c)
	if first != again || w.done.Load() != 1 {
		t.Errorf("got %s then %s; done %d times", first, again, w.done.Load())
	}
	c.body = `{"name":"y"}`
	if res, body := w.send(t, c); res.StatusCode != 409 {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
}

func TestAskingTooFastIsLimitedByActorAndByAddress(t *testing.T) {
	w := build(t, func(c *api.Config) { c.Limits = api.Limits{Actor: 2, ActorBurst: 3, Stranger: 1, StrangerBurst: 2} })
	ask := func(token string) (int, string) {
		res, _ := w.send(t, call{path: "/v1/op/thing.make", body: `{"name":"x"}`, token: token})
		return res.StatusCode, res.Header.Get("Retry-After")
	}
	for i, want := range []int{200, 200, 200, 429} {
		if got, after := ask("ann"); got != want || (after != "") != (want == 429) {
			t.Errorf("request %d of ann: %d, Retry-After %q", i, got, after)
		}
	}
	if got, _ := ask("bob"); got != 200 {
		t.Errorf("bob waits for ann: %d", got)
	}
	for i, want := range []int{401, 401, 429} {
		if got, _ := ask("none"); got != want {
			t.Errorf("request %d of a stranger: %d, want %d", i, got, want)
		}
	}
	if res, _ := w.send(t, call{method: "GET", path: "/healthz", token: "none"}); res.StatusCode != 200 {
		t.Errorf("health is limited: %d", res.StatusCode)
	}
}

func TestNotReadyIsToldWithoutDetails(t *testing.T) {
	w := build(t)
	w.ready = errors.New("hunter2 is refused by the database")
	res, body := w.send(t, call{method: "GET", path: "/readyz", token: "none"})
	if res.StatusCode != 503 {
		t.Errorf("status %d", res.StatusCode)
	}
	checkManners(t, res, body)
}

func TestTheListNamesEveryOperationAndItsPlace(t *testing.T) {
	w := build(t)
	_, body := w.send(t, call{method: "GET", path: "/v1/ops"})
	var list struct {
		Ops []struct{ Name, Method, Path, Risk, Role, Example string }
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Ops) != len(w.near.Ops()) {
		t.Fatalf("got %s, %v", body, err)
	}
	for _, o := range list.Ops {
		switch o.Name {
		case "thing.make":
			if o.Method != "POST" || o.Path != "/v1/op/thing.make" || o.Risk != "change" || o.Role != "viewer" || o.Example == "" {
				t.Errorf("got %+v", o)
			}
		case "thing.follow":
			if o.Method != "GET" || o.Path != "/v1/watch/thing.follow" {
				t.Errorf("got %+v", o)
			}
		}
	}
}

func TestAFaceThatIsBuiltWrongDoesNotStartOrSaysSo(t *testing.T) {
	type odd struct {
		N int `json:"n" minimum:"few"`
	}
	w := build(t)
	bad := w.config
	bad.Ops = []op.Op{op.New("a.b", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, odd) (odd, error) { return odd{}, nil })}
	for name, c := range map[string]api.Config{"nothing": {}, "no authentication": {Door: w.near}} {
		if _, err := api.New(c); err == nil {
			t.Errorf("%s: it started", name)
		}
	}
	h, err := api.New(bad)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if answer.Code != http.StatusInternalServerError {
		t.Errorf("a tag that says nothing: it is described: %d", answer.Code)
	}
}
