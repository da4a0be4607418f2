package ofrep_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/face/ofrep"
)

// flags answers with what it was asked.
type flags struct{ code string }

func (f *flags) Evaluate(_ context.Context, by prentice.Actor, key string, about json.RawMessage) (any, string, error) {
	if key == "denied" {
		return nil, "", prentice.Errorf(prentice.Denied, "the token of %s is not for flag.evaluate", by.Name).Try("use another")
	}
	if key == "broken" {
		return nil, "", context.DeadlineExceeded
	}
	return map[string]any{"key": key, "by": by.Name, "about": about}, f.code, nil
}

func (f *flags) EvaluateAll(_ context.Context, _ prentice.Actor, about json.RawMessage) (any, error) {
	return map[string]any{"flags": []any{}, "about": about}, nil
}

func ask(t *testing.T, f *flags, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	h := ofrep.New(ofrep.Config{Flags: f, Log: slog.New(slog.DiscardHandler), Authenticate: func(r *http.Request) (prentice.Actor, error) {
		if r.Header.Get("Authorization") == "Bearer good" {
			return prentice.Actor{Kind: prentice.Agent, Name: "shop"}, nil
		}
		return prentice.Actor{}, nil
	}})
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

func TestAProgramAsksForOneFlag(t *testing.T) {
	const one = "/ofrep/v1/evaluate/flags/new-checkout"
	for _, c := range []struct {
		path, body, code string
		headers          []string
		status           int
		says             string
	}{
		{one, `{"context": {"targetingKey": "u"}}`, "", []string{"Authorization", "Bearer good"}, 200, `"about":{"targetingKey":"u"},"by":"shop","key":"new-checkout"`},
		{one, ``, "", []string{"X-API-Key", "good"}, 200, `"by":"shop"`},
		{one, `{}`, "", nil, 401, `"errorDetails":"the program that asks is not known. send a token`},
		{one, `{}`, "", []string{"Authorization", "Bearer bad", "X-API-Key", "good"}, 401, "GENERAL"},
		{one, `{}`, "FLAG_NOT_FOUND", []string{"X-API-Key", "good"}, 404, "new-checkout"},
		{one, `{}`, "PARSE_ERROR", []string{"X-API-Key", "good"}, 400, "new-checkout"},
		{one, `[`, "", []string{"X-API-Key", "good"}, 400, "INVALID_CONTEXT"},
		{one, `{"context": "` + strings.Repeat("x", 70_000) + `"}`, "", []string{"X-API-Key", "good"}, 413, "larger than 64 KiB"},
		{"/ofrep/v1/evaluate/flags/denied", `{}`, "", []string{"X-API-Key", "good"}, 403, "is not for flag.evaluate"},
		{"/ofrep/v1/evaluate/flags/broken", `{}`, "", []string{"X-API-Key", "good"}, 500, "something broke inside prentice"},
		{"/ofrep/v1/configuration", `{}`, "", nil, 404, "of OFREP there are"},
	} {
		res, says := ask(t, &flags{c.code}, c.path, c.body, c.headers...)
		if res.StatusCode != c.status || !strings.Contains(says, c.says) {
			t.Errorf("%s %.60q: %d %s", c.path, c.body, res.StatusCode, says)
		}
	}
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	const all, key = "/ofrep/v1/evaluate/flags", "X-API-Key"
	res, _ := ask(t, &flags{}, all, `{"context": {"a": 1}}`, key, "good")
	tag := res.Header.Get("ETag")
	if res.StatusCode != 200 || tag == "" {
		t.Fatalf("%d, %q", res.StatusCode, tag)
	}
	for sent, want := range map[string]int{tag: 304, "W/" + tag: 304, strings.Trim(tag, `"`): 304, `"x", ` + tag: 304, `"x"`: 200} {
		if res, says := ask(t, &flags{}, all, `{"context": {"a": 1}}`, key, "good", "If-None-Match", sent); res.StatusCode != want || want == 304 && says != "" {
			t.Errorf("%s: %d %s", sent, res.StatusCode, says)
		}
	}
	if res, _ := ask(t, &flags{}, all, `{"context": {"a": 2}}`, key, "good", "If-None-Match", tag); res.StatusCode != 200 {
		t.Errorf("another context: %d", res.StatusCode)
	}
}
