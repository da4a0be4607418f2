package preview_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"prentice/internal/engine/preview"
	face "prentice/internal/face/preview"
)

func TestAReplicaReachesWhatAnotherKeepsAndNobodyElseDoes(t *testing.T) {
	back := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(back.Close)
	key, err := preview.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	other, err := preview.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var dialed atomic.Int64
	now := time.Now()
	peer := httptest.NewServer(face.Peer{Key: func() (preview.Key, error) { return key, nil }, Clock: func() time.Time { return now },
		Dial: func(ctx context.Context, env, service string, port int) (net.Conn, error) {
			dialed.Add(1)
			if env != "e1" || service != "web" || port != 8080 {
				t.Errorf("reached %s.%s:%d", env, service, port)
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", back.Listener.Addr().String())
		}})
	t.Cleanup(peer.Close)

	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return face.Reach(ctx, key, peer.URL, "e1", "web", 8080, now)
	}}}
	res, err := c.Get("http://e1.web/orders")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || dialed.Load() != 1 {
		t.Errorf("%s %s %v, dialed %d times", res.Status, text, err, dialed.Load())
	}

	for says, by := range map[string]struct {
		key preview.Key
		at  time.Time
	}{"another key": {other, now}, "too late": {key, now.Add(-time.Minute)}} {
		if c, err := face.Reach(t.Context(), by.key, peer.URL, "e1", "web", 8080, by.at); err == nil {
			c.Close()
			t.Errorf("%s was let in", says)
		}
	}
	for says, pass := range map[string]string{"nothing": "", "a visitor's pass": key.Seal(preview.Pass{Env: "e1 web 8080", Ends: now.Add(time.Hour)}, "e1.preview.localhost"), "no pass": "e30.AAAA"} {
		r, err := http.NewRequest(http.MethodGet, peer.URL+face.PeerPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "prentice-preview")
		r.Header.Set("Authorization", pass)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", says, res.Status)
		}
	}
	if dialed.Load() != 1 {
		t.Errorf("dialed %d times", dialed.Load())
	}
}
