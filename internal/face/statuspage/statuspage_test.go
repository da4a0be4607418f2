package statuspage_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
	face "prentice/internal/face/statuspage"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// hostile is a page in which every text is an attack.
func hostile() statuspage.Page {
	const bad = `"><script>alert(1)</script>&]]>` + "\x01\u202e"
	left := 0.4
	return statuspage.Page{Title: bad, URL: "https://status.example.org", Public: true, At: noon,
		Components: []statuspage.Component{{Name: "pay", Title: bad, About: bad, Group: bad, Status: statuspage.Major, Budget: true, Left: &left, Days: []statuspage.Day{{Date: "2026-11-30", Status: statuspage.Major, Failed: 3}}},
			{Name: "find", Title: "Search", Status: statuspage.Unknown}},
		Incidents: []statuspage.Incident{{ID: "abcdefghijkl", Title: bad, Impact: statuspage.Critical, State: "identified", Components: []string{"pay"}, Opened: noon,
			Updates: []statuspage.Update{{ID: "mnopqrstuvwx", State: "identified", Says: bad, At: noon}}}},
		Maintenance: []statuspage.Window{{ID: "0123456789ab", Title: bad, Components: []string{"pay"}, From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}}}
}

func TestNoTextOfAPageBecomesMoreThanText(t *testing.T) {
	site, err := face.Make(hostile())
	if err != nil {
		t.Fatal(err)
	}
	for path, f := range site {
		if strings.Contains(string(f.Text), "<script") {
			t.Errorf("%s has a script", path)
		}
		switch {
		case strings.HasSuffix(path, ".json"):
			if !json.Valid(f.Text) {
				t.Errorf("%s is no JSON", path)
			}
		case strings.HasSuffix(path, ".svg"), strings.HasSuffix(path, ".atom"), strings.HasSuffix(path, ".rss"):
			d := xml.NewDecoder(strings.NewReader(string(f.Text)))
			var err error
			for err == nil {
				_, err = d.Token()
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s is no XML: %v", path, err)
			}
		}
	}
}

// summary is what a client of Statuspage reads.
type summary struct {
	Page   struct{ ID, Name, URL string }
	Status struct{ Indicator, Description string }

	Components []struct {
		ID, Name, Status string
		Group            bool
		GroupID          *string `json:"group_id"`
	}
	Incidents []struct {
		ID, Name, Status, Impact, Shortlink string
		Created                             time.Time `json:"created_at"`
		Updates                             []struct {
			ID, Status, Body string
			At               time.Time `json:"created_at"`
		} `json:"incident_updates"`
	}
	Maintenances []struct {
		ID, Status string
		For        time.Time `json:"scheduled_for"`
		Until      time.Time `json:"scheduled_until"`
	} `json:"scheduled_maintenances"`
}

func TestAClientOfStatuspageReadsTheDocuments(t *testing.T) {
	site, err := face.Make(hostile())
	if err != nil {
		t.Fatal(err)
	}
	var s summary
	if err := json.Unmarshal(site["api/v2/summary.json"].Text, &s); err != nil {
		t.Fatal(err)
	}
	if s.Status.Indicator != "major" || len(s.Components) != 3 || !s.Components[0].Group || *s.Components[1].GroupID != s.Components[0].ID || s.Components[1].Status != "major_outage" {
		t.Errorf("%+v", s)
	}
	if s.Components[2].Status != "degraded_performance" {
		t.Errorf("what no one saw is told as %s, which no client knows or which says that it is well", s.Components[2].Status)
	}
	if i := s.Incidents[0]; i.Impact != "critical" || i.Status != "identified" || i.Updates[0].Status != "identified" || !i.Created.Equal(noon) || i.Shortlink != "https://status.example.org/incidents/abcdefghijkl/" {
		t.Errorf("%+v", i)
	}
	if m := s.Maintenances[0]; m.Status != "scheduled" || !m.Until.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("%+v", m)
	}
	for _, name := range []string{"status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances", "scheduled-maintenances/upcoming", "scheduled-maintenances/active"} {
		if _, there := site["api/v2/"+name+".json"]; !there {
			t.Errorf("there is no %s.json", name)
		}
	}
	empty, err := face.Make(statuspage.Page{Components: []statuspage.Component{}})
	if err != nil || strings.Contains(string(empty["api/v2/summary.json"].Text), `s":null`) {
		t.Errorf("an empty list is null: %s %v", empty["api/v2/summary.json"].Text, err)
	}
}

func TestAFeedKeepsTheIDOfAnIncidentWhenMoreIsTold(t *testing.T) {
	type entry struct {
		ID      string    `xml:"id"`
		Updated time.Time `xml:"updated"`
	}
	read := func(p statuspage.Page) entry {
		site, err := face.Make(p)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Entries []entry `xml:"entry"`
		}
		if err := xml.Unmarshal(site["history.atom"].Text, &f); err != nil || len(f.Entries) != 1 {
			t.Fatalf("%v %+v", err, f)
		}
		return f.Entries[0]
	}
	p := hostile()
	before := read(p)
	p.Incidents[0].Updates = append([]statuspage.Update{{ID: "z", State: "resolved", Says: "over", At: noon.Add(time.Hour)}}, p.Incidents[0].Updates...)
	after := read(p)
	if before.ID != after.ID || !after.Updated.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v, then %+v", before, after)
	}
}

func TestAFloodCostsOnePage(t *testing.T) {
	var made atomic.Int32
	now := noon
	var wrong error
	f := face.New(face.Config{Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Page: func(context.Context) (statuspage.Page, error) {
		made.Add(1)
		return hostile(), wrong
	}})
	get := func(path, etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		f.Below("/status/").ServeHTTP(w, r)
		return w
	}
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() { get("/status/", "") })
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	w := get("/status/", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if again := get("/status/", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("what is known is sent again: %d", again.Code)
	}
	for _, path := range []string{"/status/../../etc/passwd", "/status/nope", "/status/badge/find-budget.svg"} {
		if w := get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	post := httptest.NewRecorder()
	f.Below("/status/").ServeHTTP(post, httptest.NewRequest(http.MethodPost, "/status/", nil))
	if post.Code != http.StatusMethodNotAllowed {
		t.Errorf("a page takes what is sent to it: %d", post.Code)
	}

	// What cannot be made is shown as it was; what is public no more is gone.
	now, wrong = now.Add(time.Minute), errors.New("the disk is full")
	if w := get("/status/", ""); w.Code != http.StatusOK {
		t.Errorf("what was known is not shown: %d", w.Code)
	}
	now, wrong = now.Add(time.Minute), prentice.Errorf(prentice.NotFound, "not public")
	if w := get("/status/", ""); w.Code != http.StatusNotFound {
		t.Errorf("what is not public is shown: %d", w.Code)
	}
}
