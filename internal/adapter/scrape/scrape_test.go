package scrape

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/metric"
)

func jobOf() metric.Job {
	return metric.Job{Name: "web", Timeout: time.Minute, MostBytes: 1 << 20, MostSeries: 10}
}

func said(t *testing.T, j metric.Job, answer http.HandlerFunc) (metric.Scraped, error) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return Scraper{}.Scrape(t.Context(), j, s.URL+"/metrics")
}

func TestAPageIsReadInBothFormats(t *testing.T) {
	for kind, page := range map[string]string{
		"text/plain; version=0.0.4": "# HELP a It.\n# TYPE a counter\na{x=\"1\"} 2 1000\nb NaN\nc -Inf\n",
		"":                          "a{x=\"1\"} 2\nb NaN\nc -Inf",
		"application/openmetrics-text; version=1.0.0": "# TYPE a gauge\na{x=\"1\"} 2 99999999\n# TYPE b unknown\nb NaN\n# TYPE c unknown\nc -Inf\n# EOF\n",
	} {
		got, err := said(t, jobOf(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			fmt.Fprint(w, page) //nolint:errcheck // the test sees it
		})
		if err != nil || len(got.Samples) != 3 {
			t.Errorf("%q: %v, %v", kind, got, err)
			continue
		}
		if got.Samples[0].Value != 2 || !math.IsNaN(got.Samples[1].Value) || !math.IsInf(got.Samples[2].Value, -1) {
			t.Errorf("%q: %v", kind, got.Samples)
		}
	}
}

func TestWhatIsNoPageIsSaidWithItsLine(t *testing.T) {
	for page, want := range map[string]string{
		"a 1\n\nb{ 2\n":                   "line 3 ",
		"<html>":                          "line 1 ",
		"a 1\n# TYPE b counter\nb x\n":    "line 3 ",
		"a{x=\"1\"} 1\na{x=\"1\" 2":       "line 2 ",
		"\n\n\na one":                     "line 4 ",
		"a{x=\"\xff\"} 1\n":               "line 1 ",
		"a 1\nb 2\nc 3\nd{e=\"f\"} 1 x\n": "line 4 ",
	} {
		_, err := Parse([]byte(page), "text/plain; version=0.0.4")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, wants %q", page, err, want)
		}
	}
	if _, err := Parse([]byte("a 1\n"), "application/openmetrics-text; version=1.0.0"); err == nil {
		t.Error("a page of OpenMetrics without its end is taken as whole")
	}
}

func TestAHostilePageIsBounded(t *testing.T) {
	slow, small := jobOf(), jobOf()
	slow.Timeout, small.MostBytes = 100*time.Millisecond, 1000
	for want, one := range map[string]struct {
		metric.Job
		answer http.HandlerFunc
	}{
		"it answers 500 instead of 200": {jobOf(), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		"it answers 302 instead of 200": {jobOf(), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}},
		"is larger than the 1000 bytes": {small, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("a 1\n", 1000)) }},
		"was not whole after 100ms": {slow, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "a 1\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
		"in protobuf": {jobOf(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.google.protobuf")
		}},
	} {
		if _, err := said(t, one.Job, one.answer); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, wants %q", err, want)
		}
	}
	if _, err := (Scraper{}).Scrape(t.Context(), jobOf(), "http://169.254.169.254/metrics"); err == nil || !strings.Contains(err.Error(), "where nothing is asked") {
		t.Errorf("the address at which clouds keep credentials is asked: %v", err)
	}
	got, err := Parse([]byte("a{x=\""+strings.Repeat("y", 5000)+"\"} 1\nb 1\n"), "text/plain")
	if err != nil || got.Bent != 1 || len(got.Samples) != 1 {
		t.Errorf("a label of 5000 bytes: %v, %v", got.Bent, err)
	}
}

func TestASecretIsSentAndNeverShown(t *testing.T) {
	j := jobOf()
	j.Bearer = "token"
	var asked, machine string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("Authorization")
		fmt.Fprint(w, "a 1\n") //nolint:errcheck // the test sees it
	}))
	defer s.Close()
	give := func(_ context.Context, m, name string) (string, error) { machine = m; return name + "-value", nil }
	if _, err := (Scraper{give}).Scrape(t.Context(), j, s.URL); err != nil || asked != "Bearer token-value" || machine != "127.0.0.1" {
		t.Errorf("%q is sent to %s: %v", asked, machine, err)
	}
	if _, err := (Scraper{}).Scrape(t.Context(), j, s.URL); err == nil {
		t.Error("it is asked without the secret")
	}
	refuse := func(context.Context, string, string) (string, error) { return "", errors.New("it may not") }
	if _, err := (Scraper{refuse}).Scrape(t.Context(), j, s.URL); err == nil || err.Error() != "it may not" {
		t.Error(err)
	}
}

func TestASourceIsReadAsPrometheusAnswers(t *testing.T) {
	answer := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("query") != "up" || !strings.HasPrefix(r.URL.Path, "/api/v1/query") {
			t.Errorf("it is asked %s %s", r.URL, r.Form)
		}
		fmt.Fprint(w, answer) //nolint:errcheck // the test sees it
	}))
	defer s.Close()
	source := Source{Of: metric.Source{Name: "prom", URL: s.URL + "/"}}
	q := metric.Question{Query: "up", At: time.Unix(1000, 0)}
	for text, want := range map[string]string{
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","a":"b"},"value":[1000.5,"NaN"]}]}}`: `vector up{a="b"} NaN`,
		`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"+Inf"]]}]}}`:                 `matrix {} 1 +Inf`,
		`{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`:                                                       `scalar {} 2`,
		`{"status":"error","error":"no"}`: "source prom refuses the query: no",
		`hello`:                           "and nothing that a Prometheus would",
		`{}`:                              "and nothing that a Prometheus would",
		`{"status":"success","data":{"resultType":"streams"}}`:                                         `a result of type "streams" is not read`,
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}}`:   "no pair of a time and a number",
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}`: "is no number",
	} {
		answer = text
		got, err := source.Ask(t.Context(), q)
		line := got.Kind
		for _, one := range got.Series {
			line += " " + one.Written()
			for _, p := range one.Points {
				line += " " + metric.Number(p.Value)
			}
		}
		if err != nil {
			line = err.Error()
		}
		if !strings.Contains(line, want) {
			t.Errorf("%s\nis %s", text, line)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a{b=\"c\"} 1\n"), false)
	f.Add([]byte("# TYPE a counter\na_total 1 # {x=\"y\"} 1\n# EOF\n"), true)
	f.Fuzz(func(_ *testing.T, page []byte, open bool) {
		kind := "text/plain"
		if open {
			kind = "application/openmetrics-text"
		}
		_, _ = Parse(page, kind)
	})
}
