package alert

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/team"
)

var known = Known{
	Services: []team.Service{{Ref: "service/orders", Owner: "group/shop"}, {Ref: "service/checkout"}},
	Hosts:    []team.Host{{Ref: "host/web-1", Address: "10.0.0.9:22"}, {Ref: "host/db-1"}},
}

func labels(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func load(t *testing.T, text string) *Rules {
	t.Helper()
	r, findings := Load("alerts.yaml", []byte(text))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return r
}

// What kube-prometheus sends is what the default is for.
func TestTheDefaultsFitWhatPrometheusSends(t *testing.T) {
	for _, c := range []struct {
		labels map[string]string
		do     Do
	}{
		{labels("alertname", "Watchdog", "severity", "none"), Record},
		{labels("alertname", "InfoInhibitor", "severity", "none"), Record},
		{labels("alertname", "CPUThrottlingHigh", "severity", "info"), Record},
		{labels("alertname", "KubePodCrashLooping", "severity", "warning"), Incident},
		{labels("alertname", "KubeAPIDown", "severity", "critical"), Notify},
		{labels("alertname", "Old", "severity", "page"), Notify},
		{labels("alertname", "Own", "severity", "sev2"), Notify},
		{labels("alertname", "Plain"), Notify},
	} {
		var none *Rules
		if got := none.Route(Alert{Labels: c.labels}, known); got.Do != c.do || got.Why == "" {
			t.Errorf("%v: %+v", c.labels, got)
		}
	}
}

func TestAnAlertIsAboutTheServiceThenTheHostThenItself(t *testing.T) {
	for _, c := range []struct {
		labels        map[string]string
		subject, hint string
	}{
		{labels("service", "orders", "instance", "web-1:9100"), "service/orders", ""},
		{labels("service", "Orders"), "alert/X-", `the label service is "Orders", and the catalog has no such service: did you mean orders?`},
		{labels("service", "orders "), "alert/X-", "did you mean orders?"},
		{labels("service", "chekout", "instance", "web-1:9100"), "host/web-1", "did you mean checkout?"},
		{labels("service", "prometheus-operated"), "alert/X-", "no such service"},
		{labels("instance", "10.0.0.9:9100"), "host/web-1", ""},
		{labels("instance", "[::1]:9100"), "alert/X-", ""},
		{labels("node", "db-1"), "host/db-1", ""},
		{labels("instance", "elsewhere:9100"), "alert/X-", ""},
		{labels("service", "../../etc\n"), "alert/X-", "no such service"},
	} {
		c.labels["alertname"] = "X"
		var none *Rules
		got := none.Route(Alert{Labels: c.labels, Fingerprint: "f"}, known)
		if !strings.HasPrefix(string(got.Subject), c.subject) || !strings.Contains(got.Hint, c.hint) || (c.hint == "") != (got.Hint == "") {
			t.Errorf("%v: %+v", c.labels, got)
		}
		if _, err := prentice.ParseRef(string(got.Subject)); err != nil {
			t.Errorf("%v: %v", c.labels, err)
		}
	}
}

func TestAnyNameOfAnAlertMakesARef(t *testing.T) {
	for _, name := range []string{"", "Disk full!", "дискполон", "../..", strings.Repeat("long", 100), "a/b", "\x00"} {
		var none *Rules
		subject := none.Route(Alert{Labels: labels("alertname", name), Fingerprint: "f"}, known).Subject
		if _, err := prentice.ParseRef(string(subject)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A hundred alerts of one group are one fault; without a group each is its own.
func TestAlertsOfOneGroupAreOneThing(t *testing.T) {
	var none *Rules
	subjects := func(groupLabels map[string]string, group string) int {
		seen := map[prentice.Ref]bool{}
		for i := range 100 {
			a := Alert{Labels: labels("alertname", "PodDown", "pod", fmt.Sprint(i)), Fingerprint: fmt.Sprint(i), Group: group, GroupLabels: groupLabels}
			seen[none.Route(a, known).Subject] = true
		}
		return len(seen)
	}
	if n := subjects(labels("alertname", "PodDown"), "g"); n != 1 {
		t.Errorf("with group labels: %d subjects", n)
	}
	if n := subjects(nil, "{}:{}"); n != 1 {
		t.Errorf("with a group of all: %d subjects", n)
	}
	if n := subjects(nil, ""); n != 100 {
		t.Errorf("without a group: %d subjects", n)
	}
}

func TestEachQuestionIsAnsweredByTheFirstRuleThatMatchesAndAnswersIt(t *testing.T) {
	r := load(t, `
owner: group:ops
rules:
  - {name: by-app, match: [app!=""], service: "{app}"}
  - {name: noise, match: [alertname=~"Kube.*Throttl.*", 'namespace!~"prod|live"'], do: ignore}
  - {name: db, match: ['job = "postgres"'], owner: group:data, severity: critical}
  - {name: db-quiet, match: [job=postgres], do: record}
`)
	got := r.Route(Alert{Labels: labels("alertname", "Slow", "app", "checkout", "job", "postgres", "severity", "warning")}, known)
	if got.Subject != "service/checkout" || got.Owner != "group/data" || got.Severity != Critical || got.Do != Record {
		t.Errorf("%+v", got)
	}
	for _, part := range []string{"service checkout by rule by-app of alerts.yaml", "do record by rule db-quiet", "severity critical by rule db"} {
		if !strings.Contains(got.Why, part) {
			t.Errorf("why: %s", got.Why)
		}
	}
	if got := r.Route(Alert{Labels: labels("alertname", "KubePodThrottled", "namespace", "test")}, known); got.Do != Ignore || got.Owner != "group/ops" {
		t.Errorf("%+v", got)
	}
	if got := r.Route(Alert{Labels: labels("alertname", "KubePodThrottled", "namespace", "prod")}, known); got.Do != Notify {
		t.Errorf("%+v", got)
	}
}

func TestAFileThatIsNotUnderstoodSaysWhere(t *testing.T) {
	for text, says := range map[string]string{
		"rules: [{name: a, match: [x=1], do: pge}]":                                            `"pge" is not a thing to do`,
		"rules: [{name: a, match: [x=1], doo: page}]":                                          `a rule has no key "doo"`,
		"rules: [{name: a, do: ignore}]":                                                       "the rule has no match",
		"rules: [{name: a, match: [x=1]}]":                                                     "the rule answers nothing",
		"rules: [{match: [x=1], do: ignore}]":                                                  "the rule has no name",
		`rules: [{name: a, match: ['x=~"("'], do: ignore}]`:                                    "is not a pattern",
		`rules: [{name: a, match: ['x'], do: ignore}]`:                                         "is not a matcher",
		`rules: [{name: a, match: ['x="1'], do: ignore}]`:                                      "quotes",
		`rules: [{name: a, match: [x=1], service: "{a b}"}]`:                                   "is not a label",
		`rules: [{name: a, match: [x=1], service: "{a"}]`:                                      "braces",
		"rules: [{name: a, match: [x=1], severity: high}]":                                     `"high" is not a severity`,
		"rules: [{name: a, match: [x=1], owner: '..'}]":                                        "owner is",
		"rules:\n- {name: a, match: [x=1], do: ignore}\n- {name: a, match: [x=1], do: ignore}": "another rule",
		"rules: []": "is not a list with something in it",
	} {
		r, findings := Load("alerts.yaml", []byte(text))
		if r != nil || len(findings) == 0 || !strings.Contains(fmt.Sprint(findings), says) || findings[0].Hint == "" || findings[0].At.Line == 0 {
			t.Errorf("%s: %v", text, findings)
		}
	}
	if r, findings := Load("alerts.yaml", nil); r == nil || len(findings) > 0 {
		t.Errorf("an empty file: %v", findings)
	}
}

func TestHeartbeatsAreKnownByTheirLabels(t *testing.T) {
	r := load(t, `
owner: group:ops
heartbeats:
  - {name: eu, match: [alertname=Watchdog, cluster=eu], within: 10m}
  - {name: any, match: [alertname=~"Watch.*"], within: 1d, severity: warning, owner: group:data}
`)
	if got := r.Beats(labels("alertname", "Watchdog", "cluster", "eu")); len(got) != 2 {
		t.Errorf("both: %v", got)
	}
	if got := r.Beats(labels("alertname", "Watchdog", "cluster", "us")); len(got) != 1 || got[0] != "any" {
		t.Errorf("one: %v", got)
	}
	list := r.Heartbeats()
	if len(list) != 2 || list[0] != (Heartbeat{Name: "eu", Within: 10 * time.Minute, Severity: Critical, Owner: "group/ops"}) || list[1].Within != 24*time.Hour || list[1].Owner != "group/data" {
		t.Errorf("%+v", list)
	}
	var none *Rules
	if len(none.Heartbeats()) != 0 || none.Beats(labels("alertname", "Watchdog")) != nil {
		t.Error("without a file there are heartbeats")
	}
	for text, says := range map[string]string{
		"heartbeats: [{name: a, match: [x=1]}]":                                                  "does not say how long",
		"heartbeats: [{name: a, match: [x=1], within: 1s}]":                                      `within is "1s"`,
		"heartbeats: [{name: a, match: [x=1], within: 8d}]":                                      `within is "8d"`,
		"heartbeats: [{name: a, within: 1m}]":                                                    "the heartbeat has no match",
		"heartbeats: [{match: [x=1], within: 1m}]":                                               "the heartbeat has no name",
		"heartbeats: [{name: a b, match: [x=1], within: 1m}]":                                    "is not a name",
		"heartbeats: [{name: a, match: [x=1], within: 1m, severity: bad}]":                       "is not a severity",
		"heartbeats: [{name: a, match: [x=1], within: 1m}, {name: a, match: [x=2], within: 1m}]": "another heartbeat",
		"heartbeats: [{name: a, match: [x=1], every: 1m}]":                                       `no key "every"`,
	} {
		if r, findings := Load("alerts.yaml", []byte(text)); r != nil || !strings.Contains(fmt.Sprint(findings), says) {
			t.Errorf("%s: %v", text, findings)
		}
	}
}
