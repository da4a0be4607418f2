package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

var today = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// agreed is what a repository with these files has agreed on.
func agreed(t *testing.T, files map[string]string) Agreed {
	t.Helper()
	a, err := ReadAgreed(Example{Files: files}.Tree())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func known(name, ends string) string {
	return fmt.Sprintf("  - {name: %q, owner: group/shop, reason: the clock, ends: %s}\n", name, ends)
}

// stands is how rules stand where a check failed by these cases, and what each finding's
// excuse is.
func stands(a Agreed, cases ...string) string {
	j := Judged{Rule: Rule{ID: "checks/unit", Severity: claims.Block}, Plain: true, Outcome: Outcome{Truth: prentice.Fail}}
	for _, c := range cases {
		j.Outcome.Findings = append(j.Outcome.Findings, Finding{Rule: "checks/unit", Case: c, Says: "it failed"})
	}
	all, _ := a.Stand(today, []Judged{j}, Example{}.Tree())
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s %s %v\n", s.Rule.ID, s.Truth(), s.Excuses)
	}
	return b.String()
}

func TestOnlyACaseInQuarantineMayFailAndOnlyUntilItsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		entries string
		cases   []string
		want    string
	}{
		"it and a case within it": {known("shop.TestA", "2026-03-02"), []string{"shop.TestA", "shop.TestA/b"}, "checks/unit pass [quarantined quarantined]\ntests/quarantine-in-force pass []\n"},
		"another one":             {known("shop.TestA", "2026-03-02"), []string{"shop.TestA", "shop.TestAB"}, "checks/unit fail [quarantined ]\ntests/quarantine-in-force pass []\n"},
		"one that is over":        {known("shop.TestA", "2026-03-01"), []string{"shop.TestA"}, "checks/unit fail []\ntests/quarantine-in-force fail []\n"},
		"one without an end":      {known("shop.TestA", "2036-03-01"), []string{"shop.TestA"}, "checks/unit pass [quarantined]\ntests/quarantine-in-force fail []\n"},
		"what is no case":         {known("shop.TestA", "2026-03-02"), []string{""}, "checks/unit fail []\ntests/quarantine-in-force pass []\n"},
		"none":                    {"", []string{"shop.TestA"}, "checks/unit fail []\n"},
	} {
		files := map[string]string{}
		if c.entries != "" {
			files[QuarantineFile] = "quarantine:\n" + c.entries
		}
		if got := stands(agreed(t, files), c.cases...); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestAQuarantineThatIsNotWholeExcusesNothing(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no owner":      {"quarantine:\n  - {name: a, reason: b, ends: 2026-03-02}\n", "has no owner"},
		"no reason":     {"quarantine:\n  - {name: a, owner: group/a, ends: 2026-03-02}\n", "has no reason"},
		"no end":        {"quarantine:\n  - {name: a, owner: group/a, reason: b}\n", "has no ends"},
		"no name":       {"quarantine:\n  - {owner: group/a, reason: b, ends: 2026-03-02}\n", "has no name"},
		"no day":        {"quarantine:\n  - {name: a, owner: group/a, reason: b, ends: never}\n", `"never" is no day`},
		"an odd owner":  {"quarantine:\n  - {name: a, owner: ann, reason: b, ends: 2026-03-02}\n", `"ann" is no owner`},
		"a key too far": {"quarantine:\n  - {name: a, owner: group/a, reason: b, ends: 2026-03-02, retry: 3}\n", `has no key "retry"`},
		"twice":         {"quarantine:\n" + known("a", "2026-03-02") + known("a", "2026-04-02"), `"a" is there twice`},
		"a bomb":        {"quarantine: &a [*a]\n", "anchors and aliases are not read"},
	} {
		_, err := ReadAgreed(Example{Files: map[string]string{QuarantineFile: c.text}}.Tree())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoverageMayRiseAndFallsOnlyByAWaiver(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		now   Coverage
		want  string
	}{
		"nothing is known":   {nil, 10, "pass"},
		"it fell by a tenth": {map[string]string{BaselineFile: Baseline{Coverage: map[string]Coverage{"checks/unit": 812}}.Text()}, 811, "fail"},
		"it is the same":     {map[string]string{BaselineFile: Baseline{Coverage: map[string]Coverage{"checks/unit": 812}}.Text()}, 812, "pass"},
		"of another check":   {map[string]string{BaselineFile: Baseline{Coverage: map[string]Coverage{"checks/other": 812}}.Text()}, 1, "pass"},
		"it is waived":       {map[string]string{BaselineFile: Baseline{Coverage: map[string]Coverage{"checks/unit": 812}}.Text(), WaiverFile: "waivers:\n  - {rule: coverage/unit, reason: a rewrite, owner: group/shop, expires: 2026-03-05}\n"}, 500, "pass"},
		"a waiver is over":   {map[string]string{BaselineFile: Baseline{Coverage: map[string]Coverage{"checks/unit": 812}}.Text(), WaiverFile: "waivers:\n  - {rule: coverage/unit, reason: a rewrite, owner: group/shop, expires: 2026-03-01}\n"}, 500, "fail"},
	} {
		list := []Judged{{Rule: Rule{ID: "checks/unit"}, Plain: true, Outcome: Outcome{Truth: prentice.Pass, Coverage: &c.now}}}
		all, _ := agreed(t, c.files).Stand(today, list, Example{}.Tree())
		got := ""
		for _, s := range all {
			if s.Rule.ID == "coverage/unit" {
				got = string(s.Truth())
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestABaselineKeepsTheHighestCoverage(t *testing.T) {
	was := Baseline{Coverage: map[string]Coverage{"checks/a": 500, "checks/b": 1000}}
	b := was.Raise(map[string]Coverage{"checks/a": 499, "checks/c": 7})
	again, problems := ReadBaseline([]byte(b.Text()))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for rule, want := range map[string]Coverage{"checks/a": 500, "checks/b": 1000, "checks/c": 7} {
		if again.Coverage[rule] != want {
			t.Errorf("%s: %s in\n%s", rule, again.Coverage[rule], b.Text())
		}
	}
	if fewer := was.Fewer(nil, Example{}.Tree(), nil); fewer.Coverage["checks/b"] != 1000 {
		t.Error("fewer findings lose the coverage")
	}
	for _, text := range []string{"coverage: [a]", "coverage: {a: x}", "coverage: {a: \"100.1\"}", "coverage: {a: 1.0, a: 2.0}", "coverage: {a: 5}"} {
		if _, problems := ReadBaseline([]byte(text)); len(problems) == 0 {
			t.Errorf("%q was read", text)
		}
	}
}
