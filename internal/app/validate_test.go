package app_test

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

// form has a field of every sort.
type form struct {
	Name    string            `json:"name" doc:"what to call it" maxLength:"5" pattern:"^[a-z]+$"`
	State   string            `json:"state,omitempty" enum:"open,closed" default:"open"`
	Limit   int               `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50"`
	Ratio   float64           `json:"ratio,omitempty" maximum:"1"`
	Wait    time.Duration     `json:"wait,omitempty" minimum:"0"`
	Yes     bool              `json:"yes"`
	Count   int               `json:"count"`
	Service prentice.Ref      `json:"service,omitempty"`
	Risk    prentice.Risk     `json:"risk,omitempty"`
	Since   time.Time         `json:"since,omitzero"`
	Tags    []string          `json:"tags,omitempty" maxItems:"2" enum:"a,b,c"`
	Env     map[string]string `json:"env,omitempty"`
	Data    json.RawMessage   `json:"data,omitempty"`
	Steps   []step            `json:"steps,omitempty"`
	Parent  *form             `json:"parent,omitempty"`
	Text    *string           `json:"text,omitempty" minLength:"2"`
}

type step struct {
	ID string `json:"id"`
}

func TestInputIsHeldToWhatItsFieldsPromise(t *testing.T) {
	w := open(t, dbtest.SQLite(t), op.New("form.send", prentice.Look, prentice.Viewer, "", func(_ context.Context, _ op.Call, f form) (form, error) { return f, nil }))
	for _, c := range []struct {
		name, in string
		says     []string
	}{
		{"a missing text", `{}`, []string{"name is missing", "what to call it"}},
		{"an empty text", `{"name":""}`, []string{"name is missing"}},
		{"nothing at all", ``, []string{"name is missing"}},
		{"too long", `{"name":"abcdef"}`, []string{"name has 6 characters", "at most 5"}},
		{"too short", `{"name":"a","text":"x"}`, []string{"text has 1 characters", "at least 2"}},
		{"not the pattern", `{"name":"A"}`, []string{`name is "A"`, "^[a-z]+$"}},
		{"a misspelt value", `{"name":"a","state":"clsed"}`, []string{`state is "clsed"`, `did you mean "closed"?`}},
		{"an unknown value", `{"name":"a","state":"!"}`, []string{"use open, closed"}},
		{"too small", `{"name":"a","limit":-1}`, []string{"limit is -1", "at least 1"}},
		{"too large", `{"name":"a","limit":501}`, []string{"limit is 501", "at most 500"}},
		{"a fraction too large", `{"name":"a","ratio":1.5}`, []string{"ratio is 1.5", "at most 1"}},
		{"time that runs back", `{"name":"a","wait":-5}`, []string{"wait is -5", "at least 0"}},
		{"not a ref", `{"name":"a","service":"checkout; rm -rf"}`, []string{`service is "checkout; rm -rf"`, "kind/name"}},
		{"too many", `{"name":"a","tags":["a","b","c"]}`, []string{"tags has 3 entries", "at most 2"}},
		{"an unknown one among many", `{"name":"a","tags":["a","x"]}`, []string{`tags[1] is "x"`}},
		{"within a list", `{"name":"a","steps":[{"id":"1"},{}]}`, []string{"steps[1].id is missing"}},
		{"within itself", `{"name":"a","parent":{"name":"b","limit":900}}`, []string{"parent.limit is 900"}},
		{"a NUL", `{"name":"a","env":{"a":"\u0000"}}`, []string{"env.a is not plain text"}},
		{"a NUL in a key", `{"name":"a","env":{"a\u0000":"b"}}`, []string{"a key of env is not plain text"}},
		{"a misspelt key", `{"nmae":"a"}`, []string{`there is no key "nmae"`, `did you mean "name"?`}},
		{"a misspelt key within", `{"name":"a","steps":[{"idd":"1"}]}`, []string{`there is no key "idd"`, `did you mean "id"?`}},
		{"a key like no other", `{"completely-different":1}`, []string{"use name, state"}},
		{"a wrong type", `{"name":7}`, []string{"name is a number", "give it as a text"}},
		{"a wrong risk", `{"name":"a","risk":"bold"}`, []string{`"bold" is not a risk`}},
		{"a wrong time", `{"name":"a","since":"yesterday"}`, []string{"yesterday"}},
		{"half an object", `{"name":`, []string{"is not JSON: unexpected EOF"}},
		{"two objects", `{"name":"a"}{}`, []string{"more than one JSON value"}},
		{"a list", `[]`, []string{"cannot unmarshal array"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.ask(ann, "form.send", json.RawMessage(c.in))
			wants(t, err, prentice.Invalid, append(c.says, "input of form.send")...)
		})
	}
}

func TestGoodInputIsLeftAsItIsAndDefaultsAreFilledIn(t *testing.T) {
	w := open(t, dbtest.SQLite(t), op.New("form.send", prentice.Look, prentice.Viewer, "", func(_ context.Context, _ op.Call, f form) (form, error) { return f, nil }))
	got, err := w.ask(ann, "form.send", json.RawMessage(`{"name":"a","limit":0,"tags":["a"],"env":{"k":"v"},"data":{"x":1},"steps":[{"id":"1"}],"parent":{"name":"b"},"risk":"look","service":"service/a"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := form{Name: "a", State: "open", Limit: 50, Tags: []string{"a"}, Env: map[string]string{"k": "v"}, Data: json.RawMessage(`{"x":1}`),
		Steps: []step{{"1"}}, Parent: &form{Name: "b", State: "open", Limit: 50}, Risk: prentice.Look, Service: "service/a"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, same := range []any{form{Name: "a"}, &form{Name: "a"}} {
		if got, err := w.ask(ann, "form.send", same); err != nil || got.(form).State != "open" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	_, err = w.ask(ann, "form.send", form{Name: "a", Data: json.RawMessage(`{`)})
	wants(t, err, prentice.Invalid, "data is not JSON")
	_, err = w.ask(ann, "form.send", form{Name: "a\xff"})
	wants(t, err, prentice.Invalid)
}
