package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"prentice"
	"prentice/internal/engine/notice"
)

const hushed = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"

type secrets map[string]string

func (s secrets) Value(_ context.Context, name string) (string, error) {
	if v, ok := s[name]; ok {
		return v, nil
	}
	return "", prentice.Errorf(prentice.NotFound, "secret %s is not set", name)
}

var message = notice.Message{
	ID: "msg_1", Topic: notice.Asked, Time: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), Title: "run/7 waits for an approver: restart on service/shop, on 1 host",
	About: "run/7", Risk: "change", Targets: []prentice.Ref{"host/web"}, Reason: "<!channel> *now* [x](http://evil.example) `code` @all",
	Until: time.Date(2026, 11, 2, 13, 0, 0, 0, time.UTC), Link: "https://prentice.example.com/runs/7",
}

func sender(s secrets) *Sender { return New(s, time.Now, nil) }

func TestAWebhookIsSignedSoThatItsReceiverCanTell(t *testing.T) {
	for _, secret := range []string{hushed, "plain-bytes-as-secret"} {
		var got notice.Message
		var wrong error
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			check, err := standardwebhooks.NewWebhook(secret)
			if !strings.HasPrefix(secret, "whsec_") {
				check, err = standardwebhooks.NewWebhookRaw([]byte(secret))
			}
			if err == nil {
				err = check.Verify(body, r.Header)
			}
			if err == nil {
				err = json.Unmarshal(body, &got)
			}
			forged := r.Header.Clone()
			if check.Verify(append(body, ' '), forged) == nil {
				t.Error("another body has the same signature")
			}
			wrong = err
			w.WriteHeader(http.StatusNoContent)
		}))
		err := sender(secrets{"hook": secret}).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Webhook, URL: server.URL, Secret: "hook"}, message)
		server.Close()
		if err != nil || wrong != nil || got.Title != message.Title || got.ID != "msg_1" {
			t.Errorf("%v, %v, %+v", err, wrong, got)
		}
	}
}

func TestAHostileReceiverHarmsNobody(t *testing.T) {
	reached := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.URL.Path }))
	defer elsewhere.Close()
	hold := make(chan struct{})
	defer close(hold)
	for _, c := range []struct {
		name string
		does http.HandlerFunc
		says string
	}{
		{"it is sick", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "it answered 500"},
		{"it refuses", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "it answered 401"},
		{"it sends us elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/inside", http.StatusTemporaryRedirect)
		}, "it answered 307, and redirects are not followed"},
		{"it hangs", func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) //nolint:errcheck // only then is it seen that the other side has gone
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		}, "did not answer in time"},
		{"it hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		{"its headers never end", func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				w.Header().Add("X-More", strings.Repeat("x", 1000))
			}
		}, "header"},
		{"it tells its secrets", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			io.WriteString(w, "path-is-secret") //nolint:errcheck // a test's server
		}, "it answered 418"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.does)
			defer server.Close()
			s := sender(secrets{"hook": hushed, "address": server.URL + "/path-is-secret?and=this"})
			s.patient = 200 * time.Millisecond
			err := s.Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Webhook, URLSecret: "address", Secret: "hook"}, message)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), server.Listener.Addr().String())) {
				t.Errorf("the error gives a secret away: %v", err)
			}
		})
	}
	select {
	case path := <-reached:
		t.Errorf("a redirect was followed to %s", path)
	default:
	}
}

// An answer without an end is left unread.
func TestAnEndlessAnswerIsNotRead(t *testing.T) {
	written := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, chunk := 0, make([]byte, 64<<10)
		for r.Context().Err() == nil && n < 1<<30 {
			more, err := w.Write(chunk)
			n += more
			if err != nil {
				break
			}
		}
		written <- n
	}))
	defer server.Close()
	if err := sender(secrets{"hook": hushed}).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Webhook, URL: server.URL, Secret: "hook"}, message); err != nil {
		t.Errorf("it took the message: %v", err)
	}
	if n := <-written; n > 64<<20 {
		t.Errorf("it could say %d bytes", n)
	}
}

func TestACertificateThatDoesNotFitIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was told") }))
	defer server.Close()
	server.Config.ErrorLog = nil
	err := sender(secrets{"hook": hushed}).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Webhook, URL: server.URL, Secret: "hook"}, message)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

func TestASecretAddressIsHeldToTheSameRules(t *testing.T) {
	for name, address := range map[string]string{"http to elsewhere": "http://chat.example.com/x-secret", "no URL": "x-secret", "a password": "https://a:x-secret@chat.example.com/"} {
		err := sender(secrets{"a": address}).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Chat, URLSecret: "a"}, message)
		if prentice.KindOf(err) != prentice.Invalid || strings.Contains(err.Error(), "x-secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := sender(nil).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Chat, URLSecret: "a"}, message); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("without the secret: %v", err)
	}
}

func TestAChatShowsWhatComesFromOutsideAsItIs(t *testing.T) {
	var got map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	if err := sender(nil).Send(t.Context(), notice.Channel{Name: "c", Kind: notice.Chat, URL: server.URL}, message); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Errorf("fields %v", got)
	}
	for _, want := range []string{"`run/7 waits for an approver", "Risk: `change`", "Until: `2026-11-02 13:00 UTC`", "Link: https://prentice.example.com/runs/7",
		"Reason: `&lt;!channel&gt; *now* [x](http://evil.example) 'code' @all`"} {
		if !strings.Contains(got["text"], want) {
			t.Errorf("%q has no %q", got["text"], want)
		}
	}
}
