package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/op"
)

func (w *world) document(t *testing.T) (doc map[string]any, text string) {
	t.Helper()
	res, text := w.send(t, call{method: "GET", path: "/openapi.json", token: "none"})
	if res.StatusCode != 200 {
		t.Fatalf("status %d", res.StatusCode)
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc, text
}

// at walks down a document.
func at(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok || m[key] == nil {
			t.Fatalf("there is no %s on the way %v", key, path)
		}
		v = m[key]
	}
	return v
}

func TestTheDocumentIsDrawnFromTheOperations(t *testing.T) {
	w := build(t)
	doc, text := w.document(t)
	if at(t, doc, "openapi") != "3.1.0" || at(t, doc, "info", "version") != "1.2.3" || at(t, doc, "components", "securitySchemes", "token", "scheme") != "bearer" {
		t.Errorf("got %.400s", text)
	}
	for _, o := range w.near.Ops() {
		path, method := "/v1/op/"+o.Name, "post"
		if o.Streams() {
			path, method = "/v1/watch/"+o.Name, "get"
		}
		if o.Attend {
			path = "/v1/terminal/" + o.Name
			at(t, doc, "paths", path, method, "responses", "101", "description")
		} else {
			at(t, doc, "paths", path, method, "responses", "200", "content")
		}
		if at(t, doc, "paths", path, method, "operationId") != o.Name || at(t, doc, "paths", path, method, "summary") != o.Summary {
			t.Errorf("%s is drawn wrong", o.Name)
		}
		at(t, doc, "paths", path, method, "responses", "403", "content", "application/problem+json", "schema", "$ref")
	}
	post := at(t, doc, "paths", "/v1/op/thing.make", "post")
	if key := at(t, post, "parameters").([]any)[0]; at(t, key, "name") != "Idempotency-Key" || at(t, key, "in") != "header" {
		t.Errorf("got %v", key)
	}
	if _, reads := at(t, doc, "paths", "/v1/op/thing.list", "post").(map[string]any)["parameters"]; reads {
		t.Error("a reading takes a key")
	}
	input := at(t, doc, "components", "schemas", "In", "properties")
	if at(t, input, "name", "description") != "what to call it" || at(t, input, "state", "default") != "open" || at(t, input, "limit", "maximum") != 5e6 {
		t.Errorf("got %v", input)
	}
}

type placed struct {
	Number string `json:"number" doc:"Which."`
}

type placedIn struct {
	placed
	For   time.Duration `json:"for,omitempty"`
	Until time.Time     `json:"until,omitzero" doc:"Until when."`
	Names []string      `json:"names,omitempty" enum:"a,b" maxItems:"2" example:"a"`
}

// The document is what the door takes: all fields, and each as it may be sent.
func TestTheDocumentSaysOfAnInputWhatTheDoorTakes(t *testing.T) {
	w := build(t)
	w.config.Ops = append(w.config.Ops, op.New("place.make", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, placedIn) (struct{}, error) { return struct{}{}, nil }))
	handler, err := api.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	var doc map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	input := at(t, doc, "components", "schemas", "PlacedIn")
	for want, got := range map[string]any{
		"a field of an embedded type": at(t, input, "properties", "number", "description") == "Which.",
		"what must be there":          fmt.Sprint(at(t, input, "required")) == "[number]",
		"no key beside them":          input.(map[string]any)["additionalProperties"] == false,
		"a length of time as text":    len(at(t, input, "properties", "for", "anyOf").([]any)) == 2,
		"a day":                       input.(map[string]any)["properties"].(map[string]any)["until"].(map[string]any)["format"] == nil,
		"a list":                      fmt.Sprint(at(t, input, "properties", "names", "items", "enum")) == "[a b]",
		"how many":                    at(t, input, "properties", "names", "maxItems") == 2.0,
		"an example that is a list":   fmt.Sprint(at(t, input, "properties", "names", "examples")) == "[[a]]",
	} {
		if got != true {
			t.Errorf("it does not say: %s", want)
		}
	}
}

func TestEveryReferenceInTheDocumentLeadsSomewhere(t *testing.T) {
	doc, _ := build(t).document(t)
	seen := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at(t, doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
				seen++
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	if seen < 10 {
		t.Errorf("%d references", seen)
	}
}

func TestALengthOfTimeSaysItsUnit(t *testing.T) {
	type probed struct {
		Mean time.Duration `json:"mean_latency"`
	}
	w := build(t)
	w.config.Ops = append(w.config.Ops, op.New("probe.mean", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, Run) (probed, error) { return probed{}, nil }))
	handler, err := api.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if !strings.Contains(rec.Body.String(), "A length of time in nanoseconds.") {
		t.Error("no one says in what a latency is counted")
	}
}

func TestTwoTypesOfOneNameAreTwoSchemas(t *testing.T) {
	w := build(t)
	w.config.Ops = append(w.config.Ops, op.New("other.make", prentice.Look, prentice.Viewer, "", func(context.Context, op.Call, Run) (prentice.Run, error) { return prentice.Run{}, nil }))
	if _, err := api.New(w.config); err != nil {
		t.Error(err)
	}
}

// Run has the name of a type of the ground.
type Run struct {
	Mine string `json:"mine"`
}
