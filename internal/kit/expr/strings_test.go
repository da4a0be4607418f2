package expr_test

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"prentice/internal/kit/expr"
)

func TestTextsCanBeTakenApart(t *testing.T) {
	vars := expr.Vars{"instance": expr.String, "data": expr.Any, "list": expr.ListOf(expr.String)}
	values := map[string]any{"instance": "Web-1.example:9100", "data": map[string]any{"instance": "db-1:9100"}, "list": []string{"a", "b"}}
	for source, want := range map[string]any{
		`instance.split(":")[0]`:                            "Web-1.example",
		`data.instance.split(":")[0]`:                       "db-1",
		`instance.split(":")[0].split(".")[0].lowerAscii()`: "web-1",
		`instance.split("", 3).size()`:                      int64(3),
		`instance.upperAscii()`:                             "WEB-1.EXAMPLE:9100",
		`"a-b-c".replace("-", "_")`:                         "a_b_c",
		`"a-b-c".replace("-", "_", 1)`:                      "a_b-c",
		`"a-b-c".replace("-", "_", -1)`:                     "a_b_c",
		`"tacocat".indexOf("c")`:                            int64(2),
		`"tacocat".indexOf("c", 3)`:                         int64(4),
		`"tacocat".lastIndexOf("c")`:                        int64(4),
		`"tacocat".indexOf("x")`:                            int64(-1),
		`"grün".charAt(2)`:                                  "ü",
		`"grün".charAt(4)`:                                  "",
		`"grün".substring(2)`:                               "ün",
		`"grün".substring(1, 3)`:                            "rü",
		`"  x ".trim()`:                                     "x",
		`list.join("/")`:                                    "a/b",
		`["", "a", ""].join("-")`:                           "-a-",
		`list.join()`:                                       "ab",
	} {
		p, err := expr.Compile(source, vars)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := p.Eval(context.Background(), values); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", source, got, err, want)
		}
	}
}

func TestAPlaceOutsideATextIsAnError(t *testing.T) {
	for _, source := range []string{`"abc".charAt(4)`, `"abc".charAt(-1)`, `"abc".substring(4)`, `"abc".substring(2, 1)`, `"abc".substring(0, 9223372036854775807)`, `"abc".indexOf("a", 9)`, `"a:b".split(":")[2]`} {
		p, err := expr.Compile(source, nil)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := p.Eval(context.Background(), nil); err == nil {
			t.Errorf("%s: %v", source, got)
		}
	}
}

func TestNoTextFillsTheMemory(t *testing.T) {
	vars := expr.Vars{"x": expr.String, "data": expr.Any}
	long := strings.Repeat("a", expr.MaxText)
	values := map[string]any{"x": long, "data": map[string]any{"list": []any{}, "long": strings.Repeat("a", 4<<20)}}
	nested := `x.substring(0, 100)`
	for range 25 {
		nested += `.replace("a", "aa")`
	}
	many := "[" + strings.Repeat("x, ", 1000) + "x]"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, source := range []string{
		`x.replace("", x)`, `x.replace("a", x)`, nested, many + `.join(x)`, many + `.map(a, a.split("").map(b, b.replace("a", "b")).join())`,
		many + `.map(a, a.upperAscii()).size()`, `data.long.split("").size()`, `data.long.replace("a", "b")`, many + `.map(a, ` + many + `.map(b, b.lowerAscii().upperAscii().trim())).size()`, `x.split("").map(a, x.split("")).size()`,
	} {
		p, err := expr.Compile(source, vars)
		if err != nil {
			t.Errorf("%.60s: %v", source, err)
			continue
		}
		if _, err := p.Eval(context.Background(), values); err == nil {
			t.Errorf("%.60s is worked out", source)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 400<<20 {
		t.Errorf("they took %d MiB", used>>20)
	}
}
