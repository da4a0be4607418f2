package notify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"prentice/internal/engine/outgoing"
)

func TestAnEventIsSignedAndItsReceiverIsHeeded(t *testing.T) {
	letter := outgoing.Letter{ID: "evt_1", Body: []byte(`{"type":"change.landed"}`)}
	status, after := 200, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		check, err := standardwebhooks.NewWebhook(hushed)
		if err == nil {
			err = check.Verify(body, r.Header)
		}
		if err != nil || r.Header.Get("webhook-id") != "evt_1" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/cloudevents+json") || r.URL.Path == "/inside" {
			t.Errorf("%s %v: %v", r.URL, r.Header, err)
		}
		w.Header().Set("Retry-After", after)
		w.Header().Set("Location", "/inside")
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	s := sender(secrets{"key": hushed, "url": server.URL + "/a-secret-path"})
	to := outgoing.Endpoint{Name: "a", URLSecret: "url", Secret: "key"}
	for _, c := range []struct {
		status int
		after  string
		want   outgoing.Answer
	}{
		{204, "", outgoing.Answer{}},
		{307, "", outgoing.Answer{Says: "it answered 307, and redirects are not followed"}},
		{503, "120", outgoing.Answer{Says: "it answered 503", Pause: 2 * time.Minute}},
		{429, "-1", outgoing.Answer{Says: "it answered 429"}},
		{429, "99999999999999999999", outgoing.Answer{Says: "it answered 429"}},
		{410, "", outgoing.Answer{Says: "it answered 410", Gone: true}},
	} {
		status, after = c.status, c.after
		if got, err := s.Deliver(t.Context(), to, letter); got != c.want || err != nil {
			t.Errorf("%d %q: %+v %v", c.status, c.after, got, err)
		}
	}
	server.Close()
	if got, err := s.Deliver(t.Context(), to, letter); err != nil || got.Says == "" || strings.Contains(got.Says, "a-secret-path") {
		t.Errorf("away: %+v %v", got, err)
	}
	if _, err := s.Deliver(t.Context(), outgoing.Endpoint{Name: "a", URL: "https://a.example.com", Secret: "lost"}, letter); err == nil {
		t.Error("it was sent without a secret")
	}
	inside := secrets{"key": hushed, "url": "http://169.254.169.254/latest"}
	if _, err := sender(inside).Deliver(t.Context(), to, letter); err == nil {
		t.Error("a secret address is held to no rules")
	}
}

func TestANameThatLeadsInsideIsNotDialled(t *testing.T) {
	for address, here := range map[string]bool{"127.0.0.1:443": false, "[::1]:443": false, "169.254.169.254:443": true, "[fe80::1%eth0]:443": true, "0.0.0.0:443": true, "[::]:80": true, "[::ffff:127.0.0.1]:80": false, "224.0.0.1:1": true, "nonsense": true, "a.example.com:1": true} {
		if mayDial(address, here) == nil {
			t.Errorf("%s is dialled", address)
		}
	}
	for address, here := range map[string]bool{"127.0.0.1:8080": true, "[::1]:8080": true, "10.1.2.3:443": false, "192.0.2.1:443": false, "[2001:db8::1]:443": false} {
		if err := mayDial(address, here); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
