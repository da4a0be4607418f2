package objective

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
)

const good = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop-answers
  displayName: The shop answers
  annotations:
    example.com/anything: [a, b]
    prentice.dev/alerts: standard
    prentice.dev/maintenance: excluded
spec:
  description: Customers can buy.
  service: shop
  indicatorRef: shop-http
  timeWindow:
  - duration: 28d
    isRolling: true
  budgetingMethod: Occurrences
  objectives:
  - target: 0.999
  alertPolicies:
  - alertPolicyRef: mine
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: shop-http}
spec:
  ratioMetric:
    counter: true
    good:
      metricSource: {type: probe, spec: {probe: http, within: 300ms}}
    total:
      metricSource: {type: probe, spec: {probe: http}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: mine}
spec:
  alertWhenResolved: true
  conditions:
  - kind: AlertCondition
    metadata:
      name: two-hours
      annotations: {prentice.dev/short-window: 10m}
    spec:
      severity: ticket
      condition: {kind: burnrate, op: gte, threshold: 10, lookbackWindow: 2h, alertAfter: 0m}
`

func TestObjectivesOfOpenSLOAreRead(t *testing.T) {
	list, findings := Read(File{"objectives/shop.yaml", []byte(good)})
	if len(findings) != 0 || len(list) != 1 {
		t.Fatalf("%+v %+v", list, findings)
	}
	o := list[0]
	if o.Name != "shop-answers" || o.Service != "service/shop" || o.Indicator != (Indicator{Probe: "http", Within: 300 * time.Millisecond}) || o.Target.String() != "99.9 %" || o.Period.Rolling != 28*24*time.Hour || !o.Excludes || o.Public {
		t.Errorf("%+v", o)
	}
	if len(o.Rules) != 5 || o.Rules[4] != (Rule{"mine", Ticket, 10, 2 * time.Hour, 10 * time.Minute}) {
		t.Errorf("%+v", o.Rules)
	}
}

func TestWhatCannotBeMeantHereIsRefusedWithItsLine(t *testing.T) {
	for _, c := range []struct {
		from, to string
		line     int
		says     string
	}{
		{"kind: SLO\n", "kind: SLOO\n", 2, `"SLOO" is not a kind`},
		{"kind: SLO\n", "kind: DataSource\n", 2, "means nothing here"},
		{"openslo/v1\nkind: SLO\n", "openslo/v2alpha\nkind: SLO\n", 1, "not a version"},
		{"  service: shop", "  servise: shop", 12, `no key "servise"`},
		{"  service: shop", "  service: ../etc/passwd", 12, "not the name of a service"},
		{"name: shop-answers", "name: Shop Answers", 4, "not a name"},
		{"prentice.dev/alerts", "prentice.dev/alarms", 8, "no annotation"},
		{"alerts: standard", "alerts: loud", 8, `"loud"`},
		{"shop-http\n  timeWindow", "shop-htp\n  timeWindow", 13, `no SLI "shop-htp"`},
		{"28d", "1M", 15, "no length"},
		{"28d", "365d", 15, "no length"},
		{"isRolling: true", "isRolling: false", 15, "neither rolls"},
		{"Occurrences", "Timeslices", 17, "Timeslices"},
		{"target: 0.999", "target: 1", 19, "no budget"},
		{"target: 0.999", "target: 0.999\n    op: lte\n    value: 1", 20, "means nothing"},
		{"target: 0.999", "target: 0.999\n  - target: 0.9", 20, "one target"},
		{"target: 0.999", "targetPercent: 12", 2 - 1, "no burn is above"},
		{"alertPolicyRef: mine", "alertPolicyRef: yours", 21, `no AlertPolicy "yours"`},
		{"type: probe, spec: {probe: http, within: 300ms}", "type: Prometheus, spec: {query: up}", 30, "not read here"},
		{"within: 300ms", "within: soon", 30, "within is"},
		{"{probe: http}}", "{probe: tcp}}", 32, "and all looks of"},
		{"op: gte", "op: lte", 46, "while all is well"},
		{"threshold: 10", "threshold: .nan", 46, "not a burn"},
		{"threshold: 10", "threshold: 2000", 1, "no burn is above"},
		{"alertAfter: 0m", "alertAfter: 5m", 46, "late"},
		{"alertWhenResolved: true", "alertWhenNoData: true", 38, "can only be false"},
		{"short-window: 10m", "short-window: 3h", 43, "no short window"},
		{"severity: ticket", "severity: SEV1", 45, "SEV1"},
		{"spec:\n  description", "spec: &x\n  description", 10, "anchors"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%q is not there", c.from)
		}
		_, findings := Read(File{"f.yaml", []byte(text)})
		found := false
		for _, f := range findings {
			found = found || f.Error && f.At.Line == c.line && strings.Contains(f.Text, c.says)
		}
		if !found {
			t.Errorf("%q: no %q in line %d: %v", c.to, c.says, c.line, said(findings))
		}
	}
}

func said(list []prentice.Finding) (lines []string) {
	for _, f := range list {
		lines = append(lines, fmt.Sprintf("%d: %s", f.At.Line, f.Text))
	}
	return lines
}

func TestACalendarMonthHasAZone(t *testing.T) {
	month := strings.Replace(good, "duration: 28d\n    isRolling: true", "duration: 1M\n    isRolling: false\n    calendar: {startTime: \"2026-01-01 00:00:00\", timeZone: Europe/Vienna}", 1)
	list, findings := Read(File{"f.yaml", []byte(month)})
	if len(findings) != 0 || len(list) != 1 || list[0].Period != (Period{Zone: "Europe/Vienna"}) {
		t.Errorf("%+v %v", list, said(findings))
	}
	for from, to := range map[string]string{"Europe/Vienna": "Mars/Olympus", "01-01 00": "01-02 00", "1M": "1Q"} {
		if _, findings := Read(File{"f.yaml", []byte(strings.Replace(month, from, to, 1))}); len(findings) == 0 {
			t.Errorf("%s is accepted", to)
		}
	}
}

func TestObjectsOfOneNameAreRefusedAndOfNoUseAreNamed(t *testing.T) {
	_, findings := Read(File{"a.yaml", []byte(good)}, File{"b.yaml", []byte(good)})
	if got := strings.Join(said(findings), "\n"); !strings.Contains(got, "two of SLO shop-answers") || !strings.Contains(got, "two of AlertPolicy mine") {
		t.Error(got)
	}
	alone := good[strings.Index(good, "---\n"):]
	_, findings = Read(File{"a.yaml", []byte(alone)})
	if len(findings) != 2 || findings[0].Error || !strings.Contains(findings[0].Text, "no SLO uses the SLI shop-http") {
		t.Error(said(findings))
	}
}

type catalog map[prentice.Ref][]prentice.Ref

func (c catalog) Probe(s prentice.Ref, name string) (time.Duration, bool, []string) {
	if _, there := c[s]; !there {
		return 0, false, nil
	}
	return 10 * time.Second, name == "http", []string{"http"}
}
func (c catalog) Needs(s prentice.Ref) []prentice.Ref { return c[s] }

func TestATargetThatDependenciesMakeImpossibleIsRefusedAndTheyAreNamed(t *testing.T) {
	of := func(service, target string) Objective {
		return Objective{Name: service, Service: prentice.NewRef("service", service), Indicator: Indicator{Probe: "http"}, Target: must(target), Period: Period{Rolling: Default}}
	}
	w := catalog{"service/shop": {"service/db", "service/mail"}, "service/db": nil, "service/mail": nil}
	findings := Lint([]Objective{of("shop", "0.999"), of("db", "0.9995"), of("mail", "0.999")}, w)
	if len(findings) != 1 || !strings.Contains(findings[0].Text, "99.850 % at best (service/db 99.95 %, service/mail 99.9 %)") {
		t.Error(said(findings))
	}
	if findings := Lint([]Objective{of("shop", "0.9985"), of("db", "0.9995"), of("mail", "0.9999")}, w); len(findings) != 0 {
		t.Error(said(findings))
	}
	exact := []Objective{of("shop", "0.9801"), of("db", "0.99"), of("mail", "0.99")} // 0.99² is exactly that
	if findings := Lint(exact, w); len(findings) != 0 {
		t.Error(said(findings))
	}
}

func TestAnObjectiveOfNothingThatLooksIsRefused(t *testing.T) {
	o := Objective{Name: "x", Service: "service/shop", Indicator: Indicator{Probe: "htp"}, Target: must("0.9")}
	if f := Lint([]Objective{o}, catalog{"service/shop": nil}); len(f) != 1 || !strings.Contains(f[0].Text, "no probe") {
		t.Error(said(f))
	}
	if f := Lint([]Objective{o}, catalog{}); len(f) != 1 || !strings.Contains(f[0].Text, "no service/shop") {
		t.Error(said(f))
	}
	o.Indicator.Probe, o.Rules = "http", []Rule{{"quick", Page, 2, time.Hour, 5 * time.Second}}
	if f := Lint([]Objective{o}, catalog{"service/shop": nil}); len(f) != 1 || !strings.Contains(f[0].Text, "short window") {
		t.Error(said(f))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("---\n---\napiVersion: openslo/v1\nkind: SLO\nspec: {timeWindow: [{calendar: {}}]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, findings := Read(File{"f.yaml", text})
		lines := strings.Count(string(text), "\n") + 1
		for _, one := range findings {
			if one.At.Line > lines || one.At.Line < 0 {
				t.Fatalf("%q: line %d of %d", one.Text, one.At.Line, lines)
			}
			if one.Error {
				return
			}
		}
		for _, o := range list {
			if o.Target <= 0 || o.Target >= whole || o.Name == "" || o.Indicator.Probe == "" || o.Period.Length() < ShortestTime {
				t.Fatalf("%+v", o)
			}
			for _, r := range o.Rules {
				if r.Cannot(o.Target) != "" || r.Short < time.Minute || r.Long <= r.Short || r.Name == "" {
					t.Fatalf("%+v", r)
				}
			}
		}
	})
}

func TestObjectivesOfCountersAreRead(t *testing.T) {
	text := func(good, total string) []byte {
		return []byte(`apiVersion: openslo/v1
kind: SLO
metadata: {name: shop-serves}
spec:
  service: shop
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
  indicator:
    metadata: {name: served}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {` + good + `}}
        total: {metricSource: {` + total + `}}
`)
	}
	const ok, all = `type: prometheus, metricSourceRef: prom, spec: {query: "good_total"}`, `type: prometheus, metricSourceRef: prom, spec: {query: "all_total"}`
	list, findings := Read(File{"objectives/shop.yaml", text(ok, all)})
	if len(findings) != 0 || len(list) != 1 || list[0].Indicator != (Indicator{Good: "good_total", Total: "all_total", Source: "prom"}) {
		t.Fatalf("%+v %+v", list, findings)
	}
	other := list[0].Indicator
	if other.Source = ""; other.Key() == list[0].Indicator.Key() {
		t.Error("what two sources count has one name")
	}
	for want, pair := range map[string][2]string{
		"are not counted by the same":    {ok, `type: prometheus, spec: {query: "all_total"}`},
		"are not counted by the same  ":  {ok, `type: probe, spec: {probe: http}`},
		"has no query":                   {`type: prometheus, metricSourceRef: prom, spec: {}`, all},
		"the metric source has no spec":  {`type: prometheus, metricSourceRef: prom`, all},
		`metrics of type "loki" are not`: {`type: loki, spec: {query: x}`, all},
	} {
		_, findings := Read(File{"objectives/shop.yaml", text(pair[0], pair[1])})
		found := false
		for _, f := range findings {
			found = found || strings.Contains(f.Text, strings.TrimSpace(want))
		}
		if !found {
			t.Errorf("%v: %+v, wants %q", pair, findings, want)
		}
	}
}
