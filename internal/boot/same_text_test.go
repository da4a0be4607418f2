package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/face/cli"
	"prentice/internal/face/web"
	"prentice/internal/op"
)

// texts has a field of each sort that an input has.
type texts struct {
	Text  string            `json:"text,omitempty"`
	Whole int               `json:"whole,omitempty"`
	Small uint8             `json:"small,omitempty"`
	Ratio float64           `json:"ratio,omitempty"`
	Maybe *int              `json:"maybe,omitempty"`
	Yes   bool              `json:"yes"`
	At    time.Time         `json:"at,omitzero"`
	Since time.Time         `json:"since,omitzero" ago:"true"`
	For   time.Duration     `json:"for,omitempty"`
	Risk  prentice.Risk     `json:"risk,omitempty"`
	Any   json.RawMessage   `json:"any,omitempty"`
	List  []string          `json:"list,omitempty"`
	Pairs map[string]string `json:"pairs,omitempty"`
}

var sameNow = time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)

func pointTo(n int) *int { return &n }

// sameTexts is what a text means, by every face. JSON says it as a string, or plain where
// JSON has a type for it; json is how, "" for as it is.
var sameTexts = []struct {
	field, text, json string
	want              texts
	not               string
}{
	{field: "text", text: "a, b = c", json: `"a, b = c"`, want: texts{Text: "a, b = c"}},
	{field: "text", text: "two\nlines", json: `"two\nlines"`, want: texts{Text: "two\nlines"}},
	{field: "whole", text: "-7", want: texts{Whole: -7}},
	{field: "whole", text: " 7 ", want: texts{Whole: 7}},
	{field: "whole", text: "many", json: `"many"`, not: "whole"},
	{field: "whole", text: "1.5", not: "whole"},
	{field: "small", text: "255", want: texts{Small: 255}},
	{field: "small", text: "256", not: "small"},
	{field: "ratio", text: "0.5", want: texts{Ratio: 0.5}},
	{field: "maybe", text: "0", want: texts{Maybe: pointTo(0)}},
	{field: "yes", text: "true", want: texts{Yes: true}},
	{field: "yes", text: "on", json: "true", want: texts{Yes: true}},
	{field: "yes", text: "Yes", json: "true", want: texts{Yes: true}},
	{field: "yes", text: "no", json: "false", want: texts{}},
	{field: "yes", text: "perhaps", json: `"perhaps"`, not: "yes"},
	{field: "at", text: "2030-08-31", json: `"2030-08-31"`, want: texts{At: time.Date(2030, 8, 31, 0, 0, 0, 0, time.UTC)}},
	{field: "at", text: "2030-08-31T12:30", json: `"2030-08-31T12:30"`, want: texts{At: time.Date(2030, 8, 31, 12, 30, 0, 0, time.UTC)}},
	{field: "at", text: "2030-08-31T12:30:05.5Z", json: `"2030-08-31T12:30:05.5Z"`, want: texts{At: time.Date(2030, 8, 31, 12, 30, 5, 5e8, time.UTC)}},
	{field: "at", text: "2h", json: `"2h"`, not: `"2h" is not a time: write 2006-01-02T15:04:05Z or 2006-01-02`},
	{field: "at", text: "31.8.2030", json: `"31.8.2030"`, not: `"31.8.2030" is not a time: write 2006-01-02T15:04:05Z or 2006-01-02`},
	{field: "since", text: "2h", json: `"2h"`, want: texts{Since: sameNow.Add(-2 * time.Hour)}},
	{field: "since", text: "30d", json: `"30d"`, want: texts{Since: sameNow.Add(-30 * 24 * time.Hour)}},
	{field: "since", text: "2030-01-02", json: `"2030-01-02"`, want: texts{Since: time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)}},
	{field: "for", text: "1h 30m", json: `"1h 30m"`, want: texts{For: 90 * time.Minute}},
	{field: "for", text: "7d", json: `"7d"`, want: texts{For: 7 * 24 * time.Hour}},
	{field: "for", text: "5", json: `"5"`, not: `"5" is not a duration: write 90s, 1h30m or 7d`},
	{field: "risk", text: "change", json: `"change"`, want: texts{Risk: prentice.Change}},
	{field: "risk", text: "bold", json: `"bold"`, not: `"bold" is not a risk`},
	{field: "any", text: `{"a":[1]}`, want: texts{Any: json.RawMessage(`{"a":[1]}`)}},
	{field: "any", text: `{`, not: "JSON"},
	{field: "list", text: "a,b", json: `["a,b"]`, want: texts{List: []string{"a,b"}}},
	{field: "pairs", text: "a=b=c", json: `{"a":"b=c"}`, want: texts{Pairs: map[string]string{"a": "b=c"}}},
}

// echo is a door that keeps what it was given.
type echo struct {
	op   op.Op
	last any
}

func (e *echo) Invoke(_ context.Context, r op.Request) (any, error) {
	in, err := e.op.Input(r.In, sameNow)
	if err == nil {
		e.last = in
	}
	return struct{}{}, err
}

func (e *echo) Watch(context.Context, op.Request, func(any) error) error { return nil }

// signedIn is one person, in every browser.
type signedIn struct{ web.Identity }

func (signedIn) Identify(context.Context, string) (prentice.Actor, error) { return sameActor, nil }

var sameActor = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Owner, Door: "web"}

// ask is how a face is asked with one text; it returns what was answered.
type ask func(field, text, asJSON string) string

func byCommand(e *echo) ask {
	return func(field, text, _ string) string {
		var out, problems bytes.Buffer
		root := cli.New(cli.Options{Ops: []op.Op{e.op}, Stdout: &out, Stderr: &problems, Now: func() time.Time { return sameNow },
			Open: func(context.Context, cli.Global, op.Op, any) (op.Door, func() error, error) {
				return e, func() error { return nil }, nil
			}})
		cli.Main(context.Background(), root, []string{"text", "send", "--" + field + "=" + text})
		return strings.ReplaceAll(problems.String(), "\n  → ", ": ")
	}
}

func byRequest(t *testing.T, e *echo) ask {
	face, err := api.New(api.Config{Door: e, Ops: []op.Op{e.op}, Authenticate: func(*http.Request) (prentice.Actor, error) { return sameActor, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return func(field, text, asJSON string) string {
		if asJSON == "" {
			asJSON = text
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/op/text.send", strings.NewReader(`{"`+field+`":`+asJSON+`}`))
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		face.ServeHTTP(rec, r)
		var p api.Problem
		_ = json.Unmarshal(rec.Body.Bytes(), &p) // a good answer is no problem
		return p.Detail + ": " + p.Hint
	}
}

func byForm(t *testing.T, e *echo) ask {
	site, err := web.New(web.Options{Door: e, Ops: []op.Op{e.op}, Identity: signedIn{}, Clock: func() time.Time { return sameNow }})
	if err != nil {
		t.Fatal(err)
	}
	send := func(r *http.Request) string {
		r.Host = "localhost:8080"
		r.AddCookie(&http.Cookie{Name: "prentice_8080", Value: "session"})
		rec := httptest.NewRecorder()
		site.ServeHTTP(rec, r)
		return html.UnescapeString(rec.Body.String())
	}
	token := regexp.MustCompile(`name="_csrf" value="([^"]+)"`).FindStringSubmatch(send(httptest.NewRequest(http.MethodGet, "/do/text.send", nil)))
	if token == nil {
		t.Fatal("the form has no token")
	}
	return func(field, text, _ string) string {
		form := url.Values{"_csrf": {token[1]}, field: {strings.ReplaceAll(text, "\n", "\r\n")}}
		r := httptest.NewRequest(http.MethodPost, "/do/text.send", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://localhost:8080")
		return send(r)
	}
}

func TestTheSameTextIsTheSameValueByEveryFace(t *testing.T) {
	e := &echo{op: op.New("text.send", prentice.Change, prentice.Operator, "Send.", func(context.Context, op.Call, texts) (struct{}, error) { return struct{}{}, nil })}
	faces := map[string]ask{"command line": byCommand(e), "API": byRequest(t, e), "form": byForm(t, e)}
	for _, c := range sameTexts {
		for face, ask := range faces {
			e.last = nil
			said := ask(c.field, c.text, c.json)
			switch {
			case c.not != "" && (e.last != nil || !strings.Contains(said, c.not)):
				t.Errorf("%s=%s by the %s is %+v, and it says %.300s", c.field, c.text, face, e.last, said)
			case c.not == "" && !reflect.DeepEqual(e.last, c.want):
				t.Errorf("%s=%s by the %s is %+v, want %+v: %.300s", c.field, c.text, face, e.last, c.want, said)
			}
		}
	}
}
