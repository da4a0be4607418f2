package feedback_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/face/feedback"
)

// desk answers as the chapter does, and remembers what it was told.
type desk struct {
	said  feedback.Said
	tried string
	who   string
	err   error
}

func (d *desk) Ask(_ context.Context, at feedback.At, visitor string) (feedback.Asked, error) {
	if at.Token != "good" {
		return feedback.Asked{}, prentice.Errorf(prentice.NotFound, "nothing is tried out here").Try("ask who sent you the address")
	}
	d.who = visitor
	return feedback.Asked{Question: "Do <b>people</b> finish?", Tasks: []feedback.Task{{Name: "buy", Says: "Buy <script>alert(1)</script>", Began: true}}}, nil
}

func (d *desk) Say(_ context.Context, _ feedback.At, visitor string, s feedback.Said) error {
	d.said, d.who = s, visitor
	return d.err
}

func (d *desk) Try(_ context.Context, _ feedback.At, visitor, task, how string) error {
	d.tried, d.who = task+" "+how, visitor
	return d.err
}

func ask(d *desk, r *http.Request) *httptest.ResponseRecorder {
	h := feedback.New(feedback.Config{Desk: d, Log: slog.New(slog.DiscardHandler), Where: func(r *http.Request) (feedback.At, string, bool) {
		token, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/feedback/"), "/")
		return feedback.At{Token: token}, "/feedback/" + token, token != ""
	}})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func form(t *testing.T, fields map[string]string, headers ...string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, text := range fields {
		if err := m.WriteField(name, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/feedback/good", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestAVisitorNeedsNoAccountAndIsANumberByChance(t *testing.T) {
	d := &desk{}
	w := ask(d, httptest.NewRequest("GET", "/feedback/good?page=/basket", nil))
	c := w.Result().Cookies()
	if w.Code != 200 || len(c) != 1 || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/feedback/good" || len(d.who) != 32 {
		t.Fatalf("%d %v %q", w.Code, c, d.who)
	}
	text := w.Body.String()
	if strings.Contains(text, "<script>alert") || strings.Contains(text, "<b>people") || !strings.Contains(text, `value="/basket"`) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%s", text)
	}
	r := form(t, map[string]string{"note": "it is slow", "name": "Eve", "page": "/basket", "picture": "PNG"}, "Cookie", "prentice-visitor="+c[0].Value, "Sec-Fetch-Site", "same-origin")
	if w := ask(d, r); w.Code != http.StatusSeeOther || d.said.Note != "it is slow" || d.said.Name != "Eve" || string(d.said.Picture) != "PNG" || d.who != c[0].Value {
		t.Errorf("%d %+v %q", w.Code, d.said, d.who)
	}
	r = httptest.NewRequest("POST", "/feedback/good/task", strings.NewReader("task=buy&how=done"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := ask(d, r); w.Code != http.StatusSeeOther || d.tried != "buy done" {
		t.Errorf("%d %q", w.Code, d.tried)
	}
}

// What stands in an address was written by anyone: only a page of this very host is led back to.
func TestTheWayBackLeadsToNoOtherHost(t *testing.T) {
	h := feedback.New(feedback.Config{Desk: &desk{}, Log: slog.New(slog.DiscardHandler), Where: func(*http.Request) (feedback.At, string, bool) {
		return feedback.At{Environment: "env/e1", Token: "good"}, "/_prentice/feedback", true
	}})
	for page, want := range map[string]string{"/basket?a=1": "/basket?a=1", "": "/", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "/%zz": "/", "/\t/evil.example": "/"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/_prentice/feedback?page="+url.QueryEscape(page), nil))
		if !strings.Contains(w.Body.String(), `<a href="`+want+`">Back to the prototype</a>`) {
			t.Errorf("from %q: %s", page, w.Body.String())
		}
	}
}

func TestWhatIsNoFormOfThisPageIsRefused(t *testing.T) {
	d := &desk{}
	if w := ask(d, form(t, map[string]string{"note": "x"}, "Sec-Fetch-Site", "cross-site")); w.Code != http.StatusForbidden || d.said.Note != "" {
		t.Errorf("of another site: %d", w.Code)
	}
	if w := ask(d, httptest.NewRequest("POST", "/feedback/good", strings.NewReader("note=x"))); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("no multipart: %d", w.Code)
	}
	if w := ask(d, form(t, map[string]string{"picture": strings.Repeat("x", 8<<20)})); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "larger than 7 MB") {
		t.Errorf("8 MB: %d", w.Code)
	}
	if w := ask(d, httptest.NewRequest("GET", "/feedback/bad", nil)); w.Code != http.StatusNotFound {
		t.Errorf("a token that leads nowhere: %d", w.Code)
	}
	d.err = prentice.Errorf(prentice.Limited, "much was said in the last minutes").Try("wait")
	if w := ask(d, form(t, map[string]string{"note": "again <i>"})); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "again &lt;i&gt;") {
		t.Errorf("too often: %d %s", w.Code, w.Body)
	}
	d.err = context.DeadlineExceeded
	if w := ask(d, form(t, map[string]string{"note": "again"})); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "deadline") {
		t.Errorf("broken inside: %d", w.Code)
	}
}
