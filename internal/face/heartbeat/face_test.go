package heartbeat

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"prentice"
)

const uuid = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278"

// desk writes down what it hears.
type desk struct {
	mu    sync.Mutex
	heard []Ping
	err   error
}

func (d *desk) Hear(_ context.Context, p Ping) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, p)
	return p.Create, d.err
}

func (d *desk) last(t *testing.T) Ping {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.heard) == 0 {
		t.Fatal("nothing was heard")
	}
	p := d.heard[len(d.heard)-1]
	d.heard = nil
	return p
}

func serve(t *testing.T) (*desk, string) {
	d := &desk{}
	s := httptest.NewServer(New(Config{Desk: d, Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(s.Close)
	return d, s.URL
}

func send(t *testing.T, method, address string, text io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, text)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close() //nolint:errcheck // it is read
	said, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(said)
}

func TestAnAddressSaysWhatIsPinged(t *testing.T) {
	d, url := serve(t)
	for path, want := range map[string]string{
		"/ping/" + uuid:                                       "success  0",
		"/" + uuid:                                            "success  0",
		"/ping/" + uuid + "/start":                            "start  0",
		"/ping/" + uuid + "/fail":                             "fail  0",
		"/ping/" + uuid + "/log":                              "log  0",
		"/ping/" + uuid + "/0":                                "success  0",
		"/ping/" + uuid + "/255":                              "fail  255",
		"/ping/abcdefghijklmnopqrstuv/backup":                 "success backup 0",
		"/abcdefghijklmnopqrstuv/backup/3":                    "fail backup 3",
		"/ping/abcdefghijklmnopqrstuv/start/start":            "start start 0",
		"/api/push/abc?status=down&msg=x":                     "fail  0",
		"/api/1/cron/etl/k/?status=in_progress":               "start etl 0",
		"/api/1/cron/etl/k/?status=error&check_in_id=" + uuid: "fail etl 0",
	} {
		status, _ := send(t, http.MethodGet, url+path, nil)
		p := d.last(t)
		if got := fmt.Sprintf("%s %s %d", p.Kind, p.Name, p.Code); got != want || status > 202 {
			t.Errorf("%s: %s (%d), want %s", path, got, status, want)
		}
		if !Claims(strings.Split(path, "?")[0]) {
			t.Errorf("%s is left to others", path)
		}
	}
	for _, path := range []string{"/", "/heartbeats", "/heartbeats/nightly-backup-of-orders", "/api/v2/silences", "/v1/op/run.list", "/runs/41", "/abcdefghijklmnopqrstuv", "/api/v1/endpoints/x/statuses"} {
		if Claims(path) {
			t.Errorf("%s is of someone else", path)
		}
	}
}

func TestWhatIsWrongIsSaidAsOthersSayIt(t *testing.T) {
	d, url := serve(t)
	for path, want := range map[string]string{
		"/ping/" + uuid + "/256":       "400 invalid url format",
		"/ping/" + uuid + "/start/x":   "400 invalid url format",
		"/ping/" + uuid + "/-1":        "400 invalid url format",
		"/ping/key":                    "400 invalid url format",
		"/ping/":                       "400 invalid url format",
		"/ping/" + uuid + "?rid=1":     "400 invalid uuid format",
		"/api/1/cron/etl/k/?status=no": "400 status is none of in_progress, ok and error",
		"/api/1/cron//":                "404 not found",
		"/api/1/cron/a/b/c":            "404 not found",
		"/api/1/cron/etl/k/":           "400 status is none of in_progress, ok and error",
	} {
		status, said := send(t, http.MethodGet, url+path, nil)
		if got := fmt.Sprintf("%d %s", status, said); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if len(d.heard) != 0 {
		t.Errorf("heard %+v", d.heard)
	}
	for want, err := range map[string]error{
		"404 not found":                       prentice.Errorf(prentice.NotFound, "not found").Try("x"),
		"500 something broke inside prentice": io.ErrUnexpectedEOF,
	} {
		d.err = err
		if status, said := send(t, http.MethodGet, url+"/ping/"+uuid, nil); fmt.Sprintf("%d %s", status, said) != want {
			t.Errorf("%d %s, want %s", status, said, want)
		}
	}
	d.err = prentice.Errorf(prentice.Limited, "too many").Try("x")
	if status, _ := send(t, http.MethodGet, url+"/ping/"+uuid, nil); status != http.StatusTooManyRequests {
		t.Errorf("%d", status)
	}
}

func TestOfABodyTheBeginningIsRead(t *testing.T) {
	d, url := serve(t)
	status, said := send(t, http.MethodPost, url+"/ping/"+uuid, bytes.NewReader(make([]byte, 900_000)))
	if p := d.last(t); status != http.StatusOK || said != "OK" || len(p.Body) != mostBody || !p.Post {
		t.Errorf("%d %s %d", status, said, len(p.Body))
	}
	send(t, http.MethodPost, url+"/ping/"+uuid, strings.NewReader("a\xffb"))
	if p := d.last(t); p.Body != "a\uFFFDb" {
		t.Errorf("%q", p.Body)
	}
}

func FuzzAnEnvelopeNeverBreaksItsReader(f *testing.F) {
	f.Add([]byte("{\"type\":\"check_in\",\"length\":2}\n{}\n"))
	f.Add([]byte("{\"type\":\"check_in\",\"length\":-1}\n"))
	f.Add([]byte("\n\n{\"type\":\"check_in\"}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, one := range checkIns(text) {
			if len(one) > len(text) {
				t.Error("more than there was")
			}
		}
	})
}
