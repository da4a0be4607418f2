package api_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
