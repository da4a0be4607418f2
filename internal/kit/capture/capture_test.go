package capture_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/capture"
)

func TestAValueHasOneForm(t *testing.T) {
	for _, c := range []struct{ kind, text, plain, why string }{
		{"string", "  1.2.3 \r\n", "1.2.3", ""},
		{"string", "", "", ""},
		{"string", "$(rm -rf /) ${x} `id`", "$(rm -rf /) ${x} `id`", ""},
		{"string", "\x1b[31mred\x1b[0m", "", "control character U+001B"},
		{"string", "a\x00b", "", "control character U+0000"},
		{"string", "\xff\xfe", "", "not UTF-8"},
		{"string", strings.Repeat("x", capture.MaxText+1), "", "more than 4096 bytes"},
		{"int", "+0042", "42", ""},
		{"int", "91%", "", "not a whole number"},
		{"int", "", "", "there is none"},
		{"int", "9223372036854775808", "", "not a whole number"},
		{"bool", "true", "true", ""},
		{"bool", "yes", "", "not true or false"},
		{"duration", "90s", "1m30s", ""},
		{"duration", "soon", "", "not a duration"},
		{"list", " a, b ,,c ", "a,b,c", ""},
		{"list", `["a", 2, true]`, "a,2,true", ""},
		{"list", `["a,b"]`, "", "holds a comma"},
		{"list", `[["a"]]`, "", "not a single text"},
		{"list", `["a"`, "", "not a JSON array"},
		{"list", strings.Repeat("x,", 101), "", "more than 100 values"},
		{"json", `{"b": 1.50, "a": [ "<" ]}`, `{"a":["<"],"b":1.50}`, ""},
		{"json", `{"a":1} {"a":2}`, "", "not JSON"},
		{"json", strings.Repeat("[", 40) + strings.Repeat("]", 40), "", "more than 32 deep"},
		{"json", `"` + strings.Repeat("\u2028", 20_000) + `"`, "", "more than 65536 bytes"},
		{"json", strings.Repeat("[", capture.MaxJSON), "", "not JSON"},
	} {
		plain, why := capture.Value(c.kind, c.text)
		if plain != c.plain || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s %.40q: got %.40q, %q; want %.40q, %q", c.kind, c.text, plain, why, c.plain, c.why)
		}
		if again, why := capture.Value(c.kind, plain); c.why == "" && (again != plain || why != "") {
			t.Errorf("%s %q is not the one form: %q %s", c.kind, plain, again, why)
		}
	}
}

func TestAValueIsWhatExpressionsSee(t *testing.T) {
	for _, c := range []struct {
		kind, plain string
		want        any
	}{
		{"int", "42", int64(42)}, {"bool", "true", true}, {"duration", "1m30s", 90 * time.Second}, {"list", "a,b", []string{"a", "b"}}, {"string", "x", "x"},
		{"json", `{"n":3,"f":1.5,"l":[1]}`, map[string]any{"n": int64(3), "f": 1.5, "l": []any{int64(1)}}},
	} {
		if got := capture.Typed(c.kind, c.plain); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %s: got %#v", c.kind, c.plain, got)
		}
	}
}

func TestTheLastLineIsTheLastThatIsNotBlank(t *testing.T) {
	for _, c := range []struct{ printed, last string }{
		{"", ""}, {"one\ntwo\n", "two"}, {"one\ntwo", "two"}, {"one\r\n\n  \n", "one"}, {"one\nours: tried again\n", "one"}, {"\n\n", ""},
	} {
		for size := 1; size < 5; size++ {
			p := &capture.Printed{Aside: "ours: "}
			for part := range chunks(c.printed, size) {
				fmt.Fprint(p, part)
			}
			if got, ok := p.Last(); got != c.last || !ok {
				t.Errorf("%q in pieces of %d: got %q %t", c.printed, size, got, ok)
			}
		}
	}
}

func chunks(s string, size int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(s); i += size {
			if !yield(s[i:min(len(s), i+size)]) {
				return
			}
		}
	}
}

func TestWhateverIsPrintedLittleOfItIsKept(t *testing.T) {
	p := &capture.Printed{}
	block := bytes.Repeat([]byte("\x00\xff\x1bx"), 1<<18)
	for range 64 { // a line of 64 MB
		p.Write(block)
	}
	if _, ok := p.Last(); ok {
		t.Error("a line without an end is a value")
	}
	if _, ok := p.All(); ok {
		t.Error("all of it was kept")
	}
	fmt.Fprint(p, "\n42\n")
	if got, ok := p.Last(); got != "42" || !ok {
		t.Errorf("got %q %t after a line that is too long", got, ok)
	}
	if _, ok := p.All(); ok {
		t.Error("what is left of it passes for all of it")
	}
}

func TestAPathPicksAValueOutOfJSON(t *testing.T) {
	const text = `{"items":[{"name":"web","n":3,"odd key":{"a":[1,2]}}]}`
	for _, c := range []struct{ path, found, why string }{
		{"$.items[0].name", "web", ""}, {"$.items[0].n", "3", ""}, {`$.items[0]["odd key"].a`, "[1,2]", ""}, {"$.items[1].name", "", "no [1]"}, {"$.name", "", "no .name"}, {"$.items.name", "", "no .name"},
	} {
		if !capture.IsPath(c.path) {
			t.Errorf("%s is no path", c.path)
		}
		if found, why := capture.Pick(text, c.path); found != c.found || !strings.Contains(why, c.why) {
			t.Errorf("%s: got %q %q", c.path, found, why)
		}
	}
	for _, path := range []string{"", "items", "$..a", "$.a b", "$[x]", "$.a[", `$["a\"]`} {
		if capture.IsPath(path) {
			t.Errorf("%q is a path", path)
		}
	}
}

func TestAPathPicksManyValuesOutOfJSON(t *testing.T) {
	const text = `{"tags":["v1","v2",3],"items":[{"name":"a","to":["x","y"]},{"name":"b","to":["z"]}],"odd":[{"name":"a"},{}],"deep":[[["a"]]]}`
	for _, c := range []struct{ path, found, why string }{
		{"$.tags", "v1 v2 3", ""}, {"$.tags[*]", "v1 v2 3", ""}, {"$.items[*].name", "a b", ""}, {"$.items[*].to", "x y z", ""}, {"$.items[*].to[*]", "x y z", ""}, {"$.items[1].to", "z", ""},
		{"$.items", "", "no single value"}, {"$", "", "no list"}, {"$.tags[0]", "", "no list"}, {"$.odd[*].name", "", "no .name"}, {"$.none", "", "no .none"}, {"$.deep[*]", "", "no single value"},
	} {
		if !capture.IsPathOfMany(c.path) {
			t.Errorf("%s is no path", c.path)
		}
		if found, why := capture.PickMany(text, c.path); strings.Join(found, " ") != c.found || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s: got %q %q", c.path, found, why)
		}
	}
	for _, bad := range []string{"", "<html>", strings.Repeat("[", 1<<20), `{"tags":["a"]} {}`} {
		if found, why := capture.PickMany(bad, "$.tags"); why != "it is not JSON" {
			t.Errorf("%.20q: got %q %q", bad, found, why)
		}
	}
}

func TestASchemaSaysWhatJSONIsLike(t *testing.T) {
	const by = `{"type":"object","required":["phase"],"additionalProperties":false,"properties":{"phase":{"type":"string","enum":["Running","Failed"]},"n":{"type":"integer","minimum":1,"maximum":5},"l":{"type":"array","maxItems":2,"items":{"type":"string","pattern":"^a","maxLength":3}}}}`
	if says := capture.SchemaFault(by); says != "" {
		t.Fatal(says)
	}
	for _, c := range []struct{ text, says string }{
		{`{"phase":"Running","n":3,"l":["a","ab"]}`, ""}, {`[]`, "$ is not of type object"}, {`{}`, "$ has no phase"}, {`{"phase":"Lost"}`, "$.phase is none of"},
		{`{"phase":"Failed","x":1}`, `"x", which is not allowed`}, {`{"phase":"Failed","n":1.5}`, "$.n is not of type integer"}, {`{"phase":"Failed","n":9}`, "out of range"},
		{`{"phase":"Failed","l":["a","a","a"]}`, "$.l has 3 values"}, {`{"phase":"Failed","l":["b"]}`, "$.l[0] does not match"}, {`{"phase":"Failed","l":["abcd"]}`, "has 4 characters"},
	} {
		if says := capture.Breaks(c.text, by); !strings.Contains(says, c.says) || (says == "") != (c.says == "") {
			t.Errorf("%s: got %q", c.text, says)
		}
	}
	for _, bad := range []string{`{"type":"text"}`, `{"$ref":"https://example.com/s"}`, `{"pattern":"("}`, `[]`, `{"properties":{"a":{"anyOf":[]}}}`} {
		if capture.SchemaFault(bad) == "" {
			t.Errorf("%s is a schema", bad)
		}
	}
}
