package expr_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/expr"
)

var host = expr.Record("host", map[string]expr.Type{"name": expr.String, "local": expr.Bool})

func world(t testing.TB) *expr.Env {
	t.Helper()
	env, err := expr.NewEnv(
		expr.Vars{
			"event": expr.Record("event", map[string]expr.Type{"type": expr.String, "data": expr.Any, "subject": expr.String}),
			"wait":  expr.Duration,
			"list":  expr.ListOf(expr.Int),
		},
		expr.Func{Name: "hosts", Gives: expr.ListOf(host), Do: func(...any) (any, error) {
			return []map[string]any{{"name": "a", "local": true}, {"name": "b", "local": false}}, nil
		}},
		expr.Func{Name: "host", Takes: []expr.Type{expr.String}, Gives: host, Do: func(args ...any) (any, error) {
			if args[0] == "nowhere" {
				return nil, errors.New("no host nowhere")
			}
			return map[string]any{"name": args[0], "local": true}, nil
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func values(t testing.TB) map[string]any {
	t.Helper()
	data, err := expr.JSON([]byte(`{"consecutive":3,"ratio":0.5,"labels":{"team":"a"},"odd":[1,"two",null]}`))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"event": map[string]any{"type": "probe.failed", "data": data},
		"wait":  90 * time.Second,
		"list":  []int64{1, 2, 3},
	}
}

func TestExpressionsGivePlainValues(t *testing.T) {
	env := world(t)
	for _, c := range []struct {
		source string
		want   any
	}{
		{`event.data.consecutive >= 3`, true},
		{`event.data.consecutive + 1`, int64(4)},
		{`event.data.consecutive > 2.5`, true},
		{`event.data.labels.team`, "a"},
		{`event.data.odd`, []any{int64(1), "two", nil}},
		{`has(event.data.absent)`, false},
		{`has(event.subject)`, false},
		{`has(event.type) && event.type.startsWith("probe.")`, true},
		{`hosts().filter(h, h.local).map(h, h.name)`, []any{"a"}},
		{`hosts().exists(h, h.name == "b")`, true},
		{`host("web").name`, "web"},
		{`hosts()`, []any{map[string]any{"name": "a", "local": true}, map[string]any{"name": "b", "local": false}}},
		{`wait`, 90 * time.Second},
		{`wait > duration("1m")`, true},
		{`timestamp("2026-01-02T03:04:05Z").getHours()`, int64(3)},
		{`list.map(n, n * 2)`, []any{int64(2), int64(4), int64(6)}},
		{`{"a": 1}`, map[string]any{"a": int64(1)}},
		{`null`, nil},
	} {
		t.Run(c.source, func(t *testing.T) {
			p, err := env.Compile(c.source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Eval(t.Context(), values(t))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %#v, want %#v", got, c.want)
			}
		})
	}
}

func TestMistakesAreFoundBeforeAnythingRuns(t *testing.T) {
	env := world(t)
	for _, c := range []struct {
		name, source, text, unknown string
		line, column                int
		want                        []expr.Type
	}{
		{"an unknown variable", "evnt.type", `no "evnt"`, "evnt", 1, 1, nil},
		{"an unknown field of a record", "event.typ == 'x'", `no "typ"`, "typ", 1, 6, nil},
		{"an unknown field of what a function gives", "host('a').nmae", `no "nmae"`, "nmae", 1, 10, nil},
		{"an unknown field inside a macro", "hosts().filter(h,\n  h.locl)", `no "locl"`, "locl", 2, 4, nil},
		{"an unknown function", "hots()", `no "hots"`, "hots", 1, 5, nil},
		{"a wrong argument", "host(1)", "no matching overload", "", 1, 5, nil},
		{"half an expression", "event.type ==", "Syntax error", "", 1, 14, nil},
		{"nothing", "", "Syntax error", "", 1, 1, nil},
		{"a string where a condition belongs", "event.type", "gives string, wanted bool", "", 1, 1, []expr.Type{expr.Bool}},
		{"a list of the wrong thing", "[1]", "gives list(int), wanted list(host) or list(string)", "", 1, 1, []expr.Type{expr.ListOf(host), expr.ListOf(expr.String)}},
		{"too long", strings.Repeat("1+", 6000) + "1", "at most 10000", "", 0, 0, nil},
		{"too deep", strings.Repeat("(", 500) + "1" + strings.Repeat(")", 500), "recursion", "", 0, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := env.Compile(c.source, c.want...)
			var e *expr.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *expr.Error", err)
			}
			if !strings.Contains(e.Text, c.text) || e.Unknown != c.unknown {
				t.Errorf("got %q, unknown %q", e.Text, e.Unknown)
			}
			if c.line != 0 && (e.Line != c.line || e.Column != c.column) {
				t.Errorf("at %d:%d, want %d:%d", e.Line, e.Column, c.line, c.column)
			}
		})
	}
}

func TestWhatCanOnlyBeKnownLaterIsNotRefusedEarly(t *testing.T) {
	env := world(t)
	for _, source := range []string{"event.data.hosts", "[]", "[event.data.host]", "hosts()"} {
		if _, err := env.Compile(source, expr.ListOf(host), expr.ListOf(expr.String)); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestRunningEndsWithAReason(t *testing.T) {
	env := world(t)
	for _, c := range []struct{ name, source, text string }{
		{"a missing field of data", "event.data.nothing", "no such key: nothing"},
		{"a missing field of a record", "event.subject", "not set"},
		{"a function that refuses", "host('nowhere').name", "no host nowhere"},
		{"division by nothing", "1 / (list.size() - 3)", "division by zero"},
		{"a value no one can use", "type(1)", "of no use"},
		{"a key that is not a string", "{1: 2}", "wanted string"},
		{"a hostile loop", hostile, "costs too much"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := env.Compile(c.source)
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Eval(t.Context(), values(t))
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, want %q", err, c.text)
			}
		})
	}
}

// hostile would look at more than 10^12 things.
var hostile = func() string {
	list := "[" + strings.TrimSuffix(strings.Repeat("1,", 100), ",") + "]"
	source := "true"
	for i := range 6 {
		source = fmt.Sprintf("%s.all(x%d, %s)", list, i, source)
	}
	return source
}()

func TestAnExpressionStopsWhenItsContextDoes(t *testing.T) {
	p, err := world(t).Compile(hostile)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Eval(ctx, values(t)); err == nil {
		t.Error("went on without its context")
	}
}

func TestAConditionIsTrueOrFalse(t *testing.T) {
	p, err := expr.Compile("x == 'a'", expr.Vars{"x": expr.String})
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{"a": true, "b": false} {
		if got, err := p.Is(t.Context(), map[string]any{"x": value}); err != nil || got != want {
			t.Errorf("%s: %v, %v", value, got, err)
		}
	}
	if _, err := (expr.Program{}).Is(t.Context(), nil); err == nil {
		t.Error("the zero program says something")
	}
}

func TestJSONKeepsWholeNumbersWhole(t *testing.T) {
	got, err := expr.JSON([]byte(` {"a":[1,1.5,9007199254740993],"b":1e400} `))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != "map[a:[1 1.5 9007199254740993] b:+Inf]" {
		t.Errorf("got %v", got)
	}
	for _, bad := range []string{"{", "1 2", "nul"} {
		if _, err := expr.JSON([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if empty, err := expr.JSON(nil); err != nil || len(empty.(map[string]any)) != 0 {
		t.Errorf("nothing is %v, %v", empty, err)
	}
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{"event.type", "hosts().map(h, h.name)", "1 + ", "has(event.data.x)", "'\\u00e4' + event.type", "list.all(n, n > 0)"} {
		f.Add(seed)
	}
	env := world(f)
	f.Fuzz(func(t *testing.T, source string) {
		p, err := env.Compile(source)
		if err == nil {
			_, _ = p.Eval(t.Context(), values(t))
		}
	})
}

func TestMapsAreGoneThroughInOrder(t *testing.T) {
	env, raw := world(t), []string{}
	for i := range 30 {
		raw = append(raw, fmt.Sprintf(`"k%02d":{"b":1,"a":2}`, i))
	}
	data, err := expr.JSON([]byte("{" + strings.Join(raw, ",") + "}"))
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		`event.data.map(k, k)[7]`:                                 "k07",
		`event.data.k00.map(k, k)`:                                "[a b]",
		`{"z": 1, "y": 2, "x": 3}.map(k, k)`:                      "[x y z]",
		`{3: "c", 1: "a", 2: "b"}.map(k, k)`:                      "[1 2 3]",
		`event.data.k00 == {"a": 2, "b": 1}`:                      "true",
		`{"a": 2, "b": 1} == event.data.k00`:                      "true",
		`event.data == event.data`:                                "true",
		`"k03" in event.data && event.data.size() == 30`:          "true",
		`event.data.exists(k, event.data[k].a == 2)`:              "true",
		`[event.data.k00].map(m, m.map(k, k))`:                    "[[a b]]",
		`event.data.filter(k, k > "k27").map(k, event.data[k].a)`: "[2 2]",
	} {
		p, err := env.Compile(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		for range 20 {
			got, err := p.Eval(t.Context(), map[string]any{"event": map[string]any{"data": data}})
			if fmt.Sprint(got) != want || err != nil {
				t.Errorf("%s gives %v, %v, want %s", source, got, err, want)
				break
			}
		}
	}
}

func TestWhatAnExpressionLooksAtIsKnown(t *testing.T) {
	env, err := expr.NewEnv(expr.Vars{
		"time":  expr.Record("t", map[string]expr.Type{"hour": expr.Int, "weekday": expr.String}),
		"hosts": expr.ListOf(expr.String), "input": expr.MapOf(expr.String),
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := env.Compile(`time.weekday in ["saturday", "sunday"] && !(17 <= time.hour) || input["size"] == "big" || hosts.exists(h, h == "a") || time.hour < 8 || input.name.startsWith("x")`)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.About()); got != "[{time.weekday [saturday sunday] [saturday sunday] true} {time.hour [17 8] [] true} {input.size [big] [big] true} {hosts [] [a] false} {input.name [x] [] false}]" {
		t.Error(got)
	}
}
