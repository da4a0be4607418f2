package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestAStreamShowsWhatHappens(t *testing.T) {
	got := supervised(t).as("ann").get("/live/run.watch?number=42")
	if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", got.Code, got.Header().Get("Content-Type"))
	}
	events := strings.Split(strings.TrimSpace(got.Body.String()), "\n\n")
	if len(events) != 5 {
		t.Fatalf("%d events:\n%s", len(events), got.Body)
	}
	if !strings.HasPrefix(events[0], "event: log\nid: 1\ndata: <li ") || !strings.Contains(events[0], "line 0 &lt;b&gt;&amp;") {
		t.Errorf("the first: %q", events[0])
	}
	if events[3] != "event: moment\ndata: quiet\ndata: for 2 min" {
		t.Errorf("the moment: %q", events[3])
	}
	if !strings.HasPrefix(events[4], "event: end\n") {
		t.Errorf("the last: %q", events[4])
	}
}

func TestAStreamRefusesWhatItDoesNotKnow(t *testing.T) {
	w := supervised(t).as("ann")
	for path, want := range map[string]int{"/live/run.show?number=1": 404, "/live/none": 404, "/live/run.watch?nmber=1": 422, "/live/run.watch?number=x": 422} {
		if got := w.get(path); got.Code != want {
			t.Errorf("%s: %d, want %d", path, got.Code, want)
		}
	}
}
