package metric

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func one(t *testing.T, text string) Job {
	t.Helper()
	rules, findings := Load("metrics.yaml", []byte("jobs: [{name: web, service: shop, targets: [\"http://web1:9100/metrics\"], "+text+"}]"))
	if len(findings) > 0 {
		t.Fatalf("%s: %v", text, findings)
	}
	return rules.Jobs[0]
}

func of(name string, pairs ...string) Sample {
	s := Sample{Labels: []Label{{Name, name}}, Value: 1}
	for i := 0; i < len(pairs); i += 2 {
		s.Labels = append(s.Labels, Label{pairs[i], pairs[i+1]})
	}
	return s
}

func TestWhatAJobIsOfStandsAboveWhatItsTargetSays(t *testing.T) {
	j := one(t, "labels: {env: live}, drop_labels: [pod]")
	got := j.Of("http://web1:9100/metrics", []Label{{Name, "x"}, {"env", "test"}, {"exported_env", "older"}, {"instance", "me"}, {"pod", "p"}, {"none", ""}})
	var names []string
	for _, l := range got {
		names = append(names, l.Name+"="+l.Value)
	}
	want := "__name__=x env=live exported_env=older exported_exported_env=test exported_instance=me instance=web1:9100 job=web service=shop"
	if strings.Join(names, " ") != want {
		t.Errorf("the labels are\n%s, not\n%s", strings.Join(names, " "), want)
	}
}

func TestOfTooManySeriesThoseThatAreKnownStay(t *testing.T) {
	j := one(t, "most_series: 2")
	first := j.Take("http://web1:9100/metrics", Scraped{Samples: []Sample{of("old", "n", "1"), of("old", "n", "2")}}, nil)
	bomb := Scraped{}
	for i := range 5 {
		bomb.Samples = append(bomb.Samples, of("bomb", "n", fmt.Sprint(i)))
	}
	bomb.Samples = append(bomb.Samples, of("old", "n", "2"), of("old", "n", "2"))
	got := j.Take("http://web1:9100/metrics", bomb, first.Known)
	if len(got.Samples) != 2 || got.Left != 4 || got.Twice != 1 || len(got.Ended) != 1 || fmt.Sprint(got.Of) != "[bomb]" {
		t.Errorf("it takes %d, leaves %d of %v, %d twice, and ends %d", len(got.Samples), got.Left, got.Of, got.Twice, len(got.Ended))
	}
	if none := j.Take("http://web1:9100/metrics", Scraped{}, got.Known); len(none.Ended) != 2 || len(none.Known) != 0 {
		t.Errorf("of a target that does not answer %d series end, and %d stay", len(none.Ended), len(none.Known))
	}
}

func TestAJobTakesWhatItKeepsAndDoesNotDrop(t *testing.T) {
	j := one(t, `keep: ["http_.*", up], drop: [http_debug]`)
	for name, want := range map[string]bool{"http_requests_total": true, "http_debug": false, "up": true, "upper": false, "go_gc": false} {
		if j.Takes(name) != want {
			t.Errorf("it takes %s: %v", name, !want)
		}
	}
}

func TestWhatIsWrongWithAFileIsSaidWithItsLine(t *testing.T) {
	job := func(text string) string { return "jobs: [{name: web, targets: [http://w/m], " + text + "}]" }
	for text, want := range map[string]string{
		"jobs: [{targets: [http://w/m]}]":                                            "the job has no name",
		"jobs: [{name: web}]":                                                        "the job has no targets",
		"jobs: [{name: ../x, targets: [http://w/m]}]":                                "is not a name of a job",
		"jobs: [{name: web, targets: [\"file:///etc/passwd\"]}]":                     "is not a web address",
		"jobs: [{name: web, targets: [\"http://u:p@w/m\"]}]":                         "is not a web address",
		"jobs: [{name: web, targets: [http://w/m, http://w/m]}]":                     "is there twice",
		"jobs: [{name: a, targets: [http://w/m]}, {name: a, targets: [http://w/n]}]": `there is another "a"`,
		job("every: 100ms"):                                                          "every is",
		job("every: 5m"):                                                             "every is",
		job("every: 10s, timeout: 20s"):                                              "timeout is",
		job("labels: {job: x}"):                                                      "label job is given by the job",
		job("labels: {a-b: x}"):                                                      "is not a name of a label",
		job("keep: [\"(\"]"):                                                         "is not a pattern",
		job("most_series: 0"):                                                        "most_series is",
		job("most_series: 9000000"):                                                  "most_series is",
		job("drop_labels: [__name__]"):                                               "cannot be dropped",
		job("bearer: a, user: b, password: c"):                                       "a bearer and a password",
		job("user: b"):                                                               "a user without a password",
		job("bearer: \"eyJ/hbGc=\""):                                                 "is not the name of a secret",
		job("proxy: \"http://u:p@proxy\""):                                           "is not the address of a proxy",
		job("evry: 5s"):                                                              `has no key "evry"`,
		"sources: [{name: p, prometheus: \"p:90\"}]":                                 "is not a web address",
		"kept: 1m": "kept is",
	} {
		rules, findings := Load("metrics.yaml", []byte(text))
		if rules != nil || len(findings) == 0 || !strings.Contains(findings[0].Text, want) || findings[0].At.Line == 0 {
			t.Errorf("%s: %v, wants %q", text, findings, want)
		}
	}
}

func TestAQuestionHasBounds(t *testing.T) {
	now := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)
	for want, q := range map[string]Question{
		"":                      {Query: "up", At: now},
		"bytes":                 {Query: strings.Repeat("x", MostQuery+1)},
		"makes more than":       {Query: "up", From: now.AddDate(0, 0, -60), To: now, Step: time.Second},
		"is none":               {Query: "up", From: now, To: now, Step: time.Second},
		"a step of 1ns is none": {Query: "up", From: now.Add(-time.Hour), To: now, Step: 1},
	} {
		err := q.Checked()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if got := StepOf(now.AddDate(-1, 0, 0), now); now.Sub(now.AddDate(-1, 0, 0))/got > 400 {
		t.Errorf("a year has steps of %s", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("jobs: [{name: web, targets: [http://w/m], labels: {a: b}, keep: [x]}]"))
	f.Add([]byte("sources: [{name: p, prometheus: http://p}]\nkept: 3d"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if rules, findings := Load("metrics.yaml", text); (rules == nil) != (len(findings) > 0) {
			t.Errorf("it reads %v with %v", rules, findings)
		}
	})
}
