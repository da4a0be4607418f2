package statuspage_test

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/statuspage"
)

func TestTheWorstOfWhatCountsIsTheStatus(t *testing.T) {
	up, down := statuspage.Behind{Status: statuspage.Operational}, statuspage.Behind{Status: statuspage.Major}
	rule := statuspage.Rule{Incidents: map[string]statuspage.Status{"critical": statuspage.Partial}}
	for _, c := range []struct {
		fact   string
		facts  statuspage.Facts
		posted []statuspage.Impact
		want   statuspage.Status
	}{
		{"nothing behind it is unknown, not operational", statuspage.Facts{}, nil, statuspage.Unknown},
		{"one that no one saw leaves it unknown", statuspage.Facts{Services: []statuspage.Behind{up, {}}}, nil, statuspage.Unknown},
		{"all well is operational", statuspage.Facts{Services: []statuspage.Behind{up, up}}, nil, statuspage.Operational},
		{"one of two down is a partial outage", statuspage.Facts{Services: []statuspage.Behind{up, down}}, nil, statuspage.Partial},
		{"all down is a major outage", statuspage.Facts{Services: []statuspage.Behind{down, down}}, nil, statuspage.Major},
		{"what is down in maintenance is in maintenance", statuspage.Facts{Services: []statuspage.Behind{{Status: statuspage.Major, Maintained: true}}}, nil, statuspage.Maintenance},
		{"maintenance hides no fault of another", statuspage.Facts{Services: []statuspage.Behind{{Status: statuspage.Major, Maintained: true}, down}}, nil, statuspage.Partial},
		{"a budget that burns degrades", statuspage.Facts{Services: []statuspage.Behind{up}, Burning: true}, nil, statuspage.Degraded},
		{"a severity that counts", statuspage.Facts{Services: []statuspage.Behind{up}, Severities: []string{"critical"}}, nil, statuspage.Partial},
		{"a severity that does not count", statuspage.Facts{Services: []statuspage.Behind{up}, Severities: []string{"warning"}}, nil, statuspage.Operational},
		{"what a person tells holds, whatever probes say", statuspage.Facts{Services: []statuspage.Behind{up}}, []statuspage.Impact{statuspage.Critical}, statuspage.Major},
		{"what a person tells makes nothing better", statuspage.Facts{Services: []statuspage.Behind{down}}, []statuspage.Impact{statuspage.Minor}, statuspage.Major},
	} {
		if got, _ := rule.Judge(c.facts, c.posted); got != c.want {
			t.Errorf("%s: got %s", c.fact, got)
		}
	}
}

func TestADayWithoutLooksIsUnknown(t *testing.T) {
	for day, want := range map[statuspage.Day]statuspage.Status{
		{}:                          statuspage.Unknown,
		{Unseen: 5}:                 statuspage.Unknown,
		{Passed: 100}:               statuspage.Operational,
		{Passed: 100, Degraded: 9}:  statuspage.Operational,
		{Passed: 100, Degraded: 10}: statuspage.Degraded,
		{Passed: 91, Failed: 9}:     statuspage.Degraded,
		{Passed: 90, Failed: 10}:    statuspage.Partial,
		{Passed: 50, Failed: 50}:    statuspage.Major,
	} {
		if got := day.Judged().Status; got != want {
			t.Errorf("%+v is %s, not %s", day, got, want)
		}
	}
}

func TestAnIncidentThatIsOverChangesNothing(t *testing.T) {
	r := statuspage.Rules{Components: []statuspage.Rule{{Name: "pay"}}}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	facts := map[string]statuspage.Facts{"pay": {Services: []statuspage.Behind{{Status: statuspage.Operational}}}}
	in := statuspage.Incident{Impact: statuspage.Critical, Components: []string{"pay"}, Opened: now}
	if got, _ := r.Build(now, facts, []statuspage.Incident{in}, nil).Overall(); got != "critical" {
		t.Errorf("an open one: %s", got)
	}
	in.Resolved = now
	if got, _ := r.Build(now, facts, []statuspage.Incident{in}, nil).Overall(); got != "none" {
		t.Errorf("one that is over: %s", got)
	}
}

func TestAFileWithAnErrorMakesNothingPublic(t *testing.T) {
	good := "title: Acme\nurl: https://status.example.org/\npublic: true\ncomponents:\n  - name: pay\n    title: Paying\n    services: [checkout]\n    incidents: {critical: major}\nmaintenance:\n  move: We move\n"
	r, findings := statuspage.Load("status.yaml", []byte(good))
	if len(findings) > 0 || !r.Public || r.URL != "https://status.example.org" || r.Components[0].Incidents["critical"] != statuspage.Major || r.Windows["move"] != "We move" {
		t.Fatalf("%+v %+v", r, findings)
	}
	for change, says := range map[string]string{
		"public: true|public: maybe":                                  `public is "maybe"`,
		"url: https://status.example.org/|url: javascript:alert(1)":   "url is",
		"name: pay|name: ../pay":                                      "is no name of a component",
		"services: [checkout]|about: x":                               "has no services",
		"critical: major|critical: bad":                               `makes it "bad"`,
		"title: Acme|titel: Acme":                                     `has no key "titel"`,
		"services: [checkout]|services: [checkout]\n    budget: true": "has no objective",
	} {
		from, to, _ := strings.Cut(change, "|")
		r, findings := statuspage.Load("status.yaml", []byte(strings.Replace(good, from, to, 1)))
		if r != nil || len(findings) == 0 || !strings.Contains(findings[0].Text, says) {
			t.Errorf("%s: %+v %+v", change, r, findings)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("title: a\ncomponents:\n  - {name: a, title: b, services: [c], incidents: {x: major}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, findings := statuspage.Load("status.yaml", []byte(text))
		if (r == nil) != (len(findings) > 0) {
			t.Errorf("%v with %d findings", r, len(findings))
		}
	})
}
