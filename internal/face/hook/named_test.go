package hook

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"prentice"
)

// desk is what takes messages in tests.
type desk struct {
	took  []Message
	large int
	err   error
}

func (d *desk) Largest(hook string) (int64, error) {
	if hook != "ci" {
		return 0, prentice.Errorf(prentice.NotFound, "there is no hook %q", hook)
	}
	return 100, nil
}
func (d *desk) TooLarge(context.Context, string, error) { d.large++ }
func (d *desk) Take(_ context.Context, m Message) (any, error) {
	d.took = append(d.took, m)
	return map[string]string{"verdict": "event"}, d.err
}

func postTo(d *desk, path, body string) *httptest.ResponseRecorder {
	face := New(Config{Named: d, Authenticate: func(*http.Request) (prentice.Actor, error) { return prentice.Actor{}, nil }})
	w := httptest.NewRecorder()
	face.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	return w
}

func TestAMessageToANamedWebhookIsHandedOnAsItCame(t *testing.T) {
	d := &desk{}
	if w := postTo(d, "/v1/hook/ci", " {} \n"); w.Code != http.StatusAccepted || len(d.took) != 1 || string(d.took[0].Body) != " {} \n" || d.took[0].Hook != "ci" || d.took[0].By.Known() {
		t.Errorf("%d %s: %+v", w.Code, w.Body, d.took)
	}
}

func TestOfAMessageNoMoreIsReadThanItsWebhookTakes(t *testing.T) {
	d := &desk{}
	if w := postTo(d, "/v1/hook/ci", strings.Repeat("x", 101)); w.Code != http.StatusRequestEntityTooLarge || len(d.took) != 0 || d.large != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := postTo(d, "/v1/hook/other", strings.Repeat("x", 101)); w.Code != http.StatusNotFound || d.large != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestASenderHearsWhetherToSendAgain(t *testing.T) {
	for kind, want := range map[prentice.Kind]int{prentice.Unauthenticated: 401, prentice.Limited: 429, prentice.Unavailable: 503} {
		d := &desk{err: prentice.Errorf(kind, "no")}
		w := postTo(d, "/v1/hook/ci", "{}")
		if again := w.Header().Get("Retry-After") != ""; w.Code != want || again != (want != 401) {
			t.Errorf("%s: %d, again %t", kind, w.Code, again)
		}
	}
}
