package build

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/runner/kindtest"
)

func canaryWith(attrs map[string]string) prentice.Work {
	all := map[string]string{"prometheus": "http://127.0.0.1:1", "requests": "all", "failures": "bad", "within": "1m", "every": "10ms"}
	for name, value := range attrs {
		all[name] = value
	}
	return prentice.Work{Step: prentice.PlannedStep{Section: prentice.Verify, Attrs: all}}
}

func TestCanaryIsAStepKind(t *testing.T) {
	kindtest.Check(t, kindtest.Case{
		Kind: CanaryKind{},
		Good: prentice.StepSpec{Section: prentice.Verify, Risk: prentice.Look, Attrs: canaryWith(map[string]string{"least": "200", "most": "0.5%"}).Step.Attrs},
	})
}

// metricsOf answers as Prometheus does, with what the looks after one another see.
func metricsOf(t *testing.T, all, bad func(look int64) string) string {
	t.Helper()
	var looks atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, of := looks.Load(), all
		if r.FormValue("query") == "bad" {
			of = bad
			looks.Add(1)
		}
		fmt.Fprint(w, of(n))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func vector(n any) string {
	return fmt.Sprintf(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"%v"]}]}}`, n)
}

func grows(from, by int64) func(int64) string {
	return func(look int64) string { return vector(from + by*look) }
}

func TestACanaryHoldsOnTooLittleTraffic(t *testing.T) {
	none := func(int64) string { return `{"status":"success","data":{"resultType":"vector","result":[]}}` }
	for _, c := range []struct {
		name      string
		all, bad  func(int64) string
		within    string
		ok, holds bool
		says      string
	}{
		{"enough, and well", grows(5000, 60), grows(70, 0), "1m", true, false, "0 of 120 requests went wrong"},
		{"enough, and not well", grows(5000, 60), grows(70, 3), "1m", false, false, "3 of 60 requests went wrong"},
		{"what came before it does not count", grows(5000, 0), grows(0, 0), "50ms", false, true, "0 of 0 requests went wrong, and 100 are needed"},
		{"a few", func(look int64) string { return vector(min(look, 7)) }, grows(0, 0), "200ms", false, true, "of 7 requests went wrong, and 100 are needed"},
		{"no failures are known", grows(0, 60), none, "50ms", false, true, "failures of .*: the query finds nothing, and nothing is not none"},
		{"not a number", func(int64) string { return vector("NaN") }, grows(0, 0), "50ms", false, true, "counts nothing"},
		{"a misspelt query", func(int64) string { return `{"status":"error","error":"parse error"}` }, grows(0, 0), "50ms", false, true, "parse error"},
		{"not Prometheus", func(int64) string { return "<html>" }, grows(0, 0), "50ms", false, true, "no JSON"},
		{"a scalar", func(look int64) string {
			return fmt.Sprintf(`{"status":"success","data":{"resultType":"scalar","result":[1,"%d"]}}`, 200*look)
		}, grows(0, 0), "1m", true, false, "0 of 200 requests"},
		{"a counter that began anew", func(look int64) string { return vector([]int64{900, 50, 110}[min(look, 2)]) }, grows(0, 0), "1m", true, false, "0 of 110 requests"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := CanaryKind{}.Apply(t.Context(), canaryWith(map[string]string{"prometheus": metricsOf(t, c.all, c.bad), "within": c.within}))
			if err != nil || out.OK != c.ok || out.Undecided != c.holds || !matches(c.says, out.Says) {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
	if out, err := (CanaryKind{}).Apply(t.Context(), canaryWith(map[string]string{"within": "30ms"})); err != nil || out.OK || !out.Undecided {
		t.Errorf("no one answers: %+v, %v", out, err)
	}
}

func matches(pattern, text string) bool {
	for _, part := range strings.Split(pattern, ".*") {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

func TestACanaryThatIsStoppedSaysNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	out, err := CanaryKind{}.Apply(ctx, canaryWith(map[string]string{"prometheus": metricsOf(t, grows(0, 0), grows(0, 0))}))
	if prentice.KindOf(err) != prentice.Canceled || out.OK || out.Undecided {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestACanaryThatDecidesNothingIsNotWritten(t *testing.T) {
	for name, want := range map[string]string{"least=0": "not a number of requests", "most=100%": "no share", "most=1": "no share", "most=NaN%": "no share", "prometheus=file:///x": "no address", "prometheus=http://a:b@c": "no address",
		"failures= ": "no query for failures", "within=2d": "not a time", "every=0s": "not a time", "last=5": "no attribute"} {
		key, value, _ := strings.Cut(name, "=")
		s := prentice.StepSpec{Section: prentice.Verify, Attrs: canaryWith(map[string]string{key: value}).Step.Attrs}
		if found := (CanaryKind{}).Lint(s); len(found) == 0 || !strings.Contains(found[0].Text, want) {
			t.Errorf("%s: %v", name, found)
		}
	}
	if found := (CanaryKind{}).Lint(prentice.StepSpec{Section: prentice.Act, Attrs: canaryWith(nil).Step.Attrs}); len(found) == 0 {
		t.Error("it acts")
	}
}
