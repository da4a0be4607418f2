package api_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/face/api"
)

func TestAStreamIsServerSentEvents(t *testing.T) {
	w := build(t)
	res, body := w.send(t, call{method: "GET", path: `/v1/watch/thing.follow?in={"name":"breaks","limit":2}`})
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d, %v", res.StatusCode, res.Header)
	}
	events := strings.Split(strings.TrimSpace(body), "\n\n")
	for i, want := range []string{"id: 1\nevent: item\ndata: {\"name\":\"breaks\"", "id: 2\nevent: item\ndata: ", "id: 2\nevent: error\ndata: {\"type\":\"urn:prentice:error:conflict\""} {
		if i >= len(events) || !strings.HasPrefix(events[i], want) {
			t.Fatalf("event %d is not %q in %q", i, want, body)
		}
	}
	_, body = w.send(t, call{method: "GET", path: `/v1/watch/thing.follow?in={"name":"x","limit":1}`})
	if !strings.HasSuffix(body, "id: 1\nevent: end\ndata: {}\n\n") {
		t.Errorf("got %q", body)
	}
}

func TestASilentStreamBeats(t *testing.T) {
	w := build(t, func(c *api.Config) { c.Beat = 5 * time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", w.server.URL+"/v1/watch/thing.quiet", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer t-bob")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for beats := 0; beats < 3 && lines.Scan(); {
		if line := lines.Text(); line == ": beat" {
			beats++
		} else if line != "" {
			t.Fatalf("got %q", line)
		}
	}
	if lines.Err() != nil {
		t.Error(lines.Err())
	}
}

func TestAServerThatStopsSaysSoToItsListeners(t *testing.T) {
	w := build(t)
	handler, err := api.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	req := httptest.NewRequestWithContext(ctx, "GET", `/v1/watch/thing.follow?in={"name":"waits","limit":1}`, nil)
	req.Header.Set("Authorization", "Bearer t-ann")
	rec := &told{ResponseRecorder: httptest.NewRecorder(), first: stop}
	handler.ServeHTTP(rec, req)
	if body := rec.Body.String(); !strings.Contains(body, "event: error") || !strings.Contains(body, "the server is stopping") {
		t.Errorf("got %q", body)
	}
}

// told calls first when the first item has been written.
type told struct {
	*httptest.ResponseRecorder
	first func()
}

func (w *told) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "event: item") {
		defer w.first()
	}
	return w.ResponseRecorder.Write(b)
}

func TestAStreamEndsWithTheStandingOfItsListener(t *testing.T) {
	for _, c := range []struct {
		fact    string
		becomes prentice.Actor // what the token is from the revocation on
		err     error
		told    bool // of the change, in the same process
		want    string
	}{
		{"revoked in this process", prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "unknown token"), true, "was revoked or has expired"},
		{"expired, or revoked elsewhere", prentice.Actor{}, prentice.Errorf(prentice.Unauthenticated, "unknown token"), false, "was revoked or has expired"},
		{"with another role", prentice.Actor{Kind: prentice.Person, Name: "bob", Role: prentice.Operator}, nil, true, "what you may do has changed"},
		{"of another person", prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Viewer}, nil, false, "what you may do has changed"},
	} {
		t.Run(c.fact, func(t *testing.T) {
			var revoked atomic.Bool
			changed := make(chan struct{})
			w := build(t, func(cfg *api.Config) {
				cfg.Beat = time.Hour
				if !c.told {
					cfg.Beat = 5 * time.Millisecond
				}
				cfg.Changed = func() <-chan struct{} { return changed }
				cfg.Authenticate = func(r *http.Request) (prentice.Actor, error) {
					if revoked.Load() {
						return c.becomes, c.err
					}
					return authenticate(r)
				}
			})
			req, err := http.NewRequestWithContext(t.Context(), "GET", w.server.URL+"/v1/watch/thing.quiet", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer t-bob")
			res, err := http.DefaultClient.Do(req) // it answers with the first beat
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			revoked.Store(true)
			if c.told {
				close(changed)
			}
			all, err := io.ReadAll(res.Body)
			if err != nil || !strings.Contains(string(all), "event: error") || !strings.Contains(string(all), c.want) {
				t.Errorf("the last that it heard is %q, %v", all, err)
			}
		})
	}
}
