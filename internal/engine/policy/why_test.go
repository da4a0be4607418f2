package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
)

func said(w policy.Why) string {
	var parts []string
	for _, c := range w.Changes {
		text := c.Verdict.String() + ":"
		for _, f := range c.Facts {
			text += fmt.Sprintf(" %s %s>%s", f.Fact, f.Is, f.Were)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func TestTheSmallestChangeIsFoundByAsking(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"another hour", rules(rule("evening", 1, `time.hour >= 17`, "refuse"), rule("day", 1, `time.hour < 17`, "allow")), "refuse: time.hour 12>17"},
		{"the nearer way round the clock", rules(rule("night", 1, `time.hour < 1 || time.hour >= 23`, "refuse"), rule("rest", 0, `time.hour >= 1`, "allow")), "refuse: time.hour 12>23"},
		{"another day", rules(rule("weekend", 1, `time.weekday in ["saturday", "sunday"]`, "refuse"), rule("rest", 0, "plan.risk == 'change'", "allow")), "refuse: time.weekday monday>sunday; ask: plan.risk change>danger"},
		{"another role before two facts", rules(rule("owners", 1, `actor.role == "owner"`, "allow"), rule("few", 1, `actor.kind == "agent" && plan.target_count == 1`, "refuse")), "allow: actor.role operator>owner; refuse: actor.kind person>agent + plan.target_count 2>1"},
		{"runs yet to be earned", rules(rule("earned", 1, `record.verified >= 20`, "allow")), "allow: record.verified 9>20"},
		{"an input", rules(rule("big", 1, `input.service == "service/big"`, "refuse")), "refuse: input.service service/checkout>service/big; allow: plan.risk change>look"},
		{"nothing can change it", rules(rule("never", 1, `plan.risk != "nothing at all" || true`, "refuse")), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := policy.Load("policy.yaml", []byte(c.text))
			if p == nil { // a comparison that never holds is refused when it is read
				p = load(t, rules(rule("never", 1, "true", "refuse")))
			}
			m := moment(plan())
			w := p.Why(t.Context(), m)
			want := strings.ReplaceAll(c.want, " + ", " ")
			if got := said(w); got != want && !strings.HasPrefix(got, want+";") {
				t.Errorf("got %s", got)
			}
			if len(m.Plan.Targets) != 2 || m.Plan.Risk != prentice.Change {
				t.Error("the plan itself was changed")
			}
		})
	}
}

func TestANearMissNeedsOneFactOnly(t *testing.T) {
	w := load(t, rules(rule("evening", 1, `time.hour >= 17`, "refuse"), rule("far", 1, `time.hour >= 17 && actor.kind == "agent"`, "refuse"), rule("here", 1, `actor.kind == "person"`, "ask"))).Why(t.Context(), moment(plan()))
	if len(w.Near) != 1 || w.Near[0].Rule != "evening" || w.Near[0].Fact != (policy.FactChange{Fact: "time.hour", Is: "12", Were: "17"}) {
		t.Errorf("%+v", w.Near)
	}
	for _, r := range w.Rules {
		if r.Decided != (r.Name == "here") || r.Matched != (r.Name == "here" || r.Name == "default-change") {
			t.Errorf("%+v", r)
		}
	}
}

func TestHoursAreThoseOfThePolicysZone(t *testing.T) {
	p := load(t, "zone: Europe/London\n"+rules(rule("morning", 1, `time.hour == 9 && time.zone == "Europe/London"`, "refuse")))
	for _, c := range []struct {
		at   time.Time
		want prentice.Verdict
	}{
		{time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC), prentice.Refuse},  // winter
		{time.Date(2026, 7, 6, 8, 30, 0, 0, time.UTC), prentice.Refuse},  // summer
		{time.Date(2026, 7, 6, 9, 30, 0, 0, time.UTC), prentice.Ask},     // 10:30 there
		{time.Date(2026, 3, 29, 8, 30, 0, 0, time.UTC), prentice.Refuse}, // the day on which clocks go forward
	} {
		m := moment(plan())
		m.Now = c.at
		if d := p.Decide(t.Context(), m); d.Verdict != c.want {
			t.Errorf("%s: %+v", c.at, d)
		}
	}
	for _, zone := range []string{"Europe/Lundon", "Local", "''", "[UTC]"} {
		if p, findings := policy.Load("policy.yaml", []byte("zone: "+zone+"\nrules: []\n")); p != nil || len(findings) != 1 {
			t.Errorf("zone %s: %+v", zone, findings)
		}
	}
}

func TestUnchangedRulesJudgeThePastAlike(t *testing.T) {
	strict, loose := load(t, rules(rule("evening", 1, `time.hour >= 17`, "refuse"))), load(t, rules(rule("all", 1, `plan.risk == "change"`, "allow")))
	past := func(emit func(prentice.Decided) error) error {
		for i := range 48 {
			m := moment(plan())
			m.Now = noon.Add(time.Duration(i) * time.Hour)
			if err := emit(prentice.Decided{Run: int64(i + 1), Moment: m, Decision: strict.Decide(t.Context(), m)}); err != nil {
				return err
			}
		}
		return nil
	}
	r, err := strict.Replay(t.Context(), noon, past)
	if err != nil || r.Decisions != 48 || r.Identical != 48 || len(r.Differences) != 0 || len(r.Then) != 1 || r.Then[0].Policy != strict.Digest() {
		t.Errorf("%+v, %v", r, err)
	}
	r, _ = loose.Replay(t.Context(), noon, past)
	if r.Identical != 0 || fmt.Sprint(r.Changed) != "[{ask allow 34} {refuse allow 14}]" || r.Differences[0].Run != "run/1" || r.Then[0].Policy == r.Policy {
		t.Errorf("%+v", r)
	}
}

func TestATeamsCasesAreTried(t *testing.T) {
	p := load(t, rules(rule("evening", 2, `time.hour >= 17`, "refuse"), rule("agents", 1, `actor.kind == "agent"`, "refuse"), rule("danger", 1, `plan.risk == "danger"`, "ask"), rule("unseen", 1, `plan.procedure == "x"`, "refuse"), rule("two", 1, `op == "policy.adopt"`, "ask")))
	cases, findings := p.Cases("policy_test.yaml", []byte(`cases:
  - {name: no one works late, procedure: restart-service, inputs: {service: a}, time: 2026-01-14 17:00, expect: refuse, rule: evening}
  - {name: programs may not, actor: {kind: agent, name: bot}, plan: {risk: change, targets: [web-1]}, expect: refuse, rule: agents}
  - {name: this one is wrong, plan: {risk: danger}, expect: ask, approvers: 2}
  - {name: danger in the evening, plan: {risk: danger}, time: 2026-01-14T20:00:00Z, expect: refuse, rule: danger}
  - {name: nothing renders it, procedure: absent, expect: ask}
  - {name: owners adopt together, op: policy.adopt, actor: {role: owner}, expect: ask}
  - {name: a command is planned, adhoc: {targets: 'group("web").hosts', command: rm -r x, risk: danger, max_failures: 10%}, expect: ask, rule: danger}
`), nil)
	if len(findings) > 0 {
		t.Fatalf("%+v", findings)
	}
	var commands []prentice.Adhoc
	got := p.Test(t.Context(), cases, func(_ context.Context, req prentice.RunRequest) (prentice.Plan, error) {
		if req.Procedure == "absent" {
			return prentice.Plan{}, prentice.Errorf(prentice.NotFound, "no procedure")
		}
		if a := req.Adhoc; a != nil {
			commands = append(commands, *a)
			return prentice.Plan{Procedure: req.Procedure, Risk: a.Risk}, nil
		}
		return *plan(), nil
	})
	var says []string
	for _, c := range got.Cases {
		says = append(says, fmt.Sprint(c.Pass, " ", c.Says))
	}
	want := "true |true |false wanted 2 approvers, got 1 by danger|false danger matches, but evening decides|false it gives no plan: no procedure|true |true "
	if strings.Join(says, "|") != want || got.Failed != 3 || fmt.Sprint(got.Unreached) != "[unseen]" {
		t.Errorf("%s; failed %d, unreached %q", strings.Join(says, "|"), got.Failed, got.Unreached)
	}
	if want := (prentice.Adhoc{Targets: `group("web").hosts`, Script: "rm -r x", Risk: prentice.Danger, Parallel: 10, MaxFailures: "10%", Timeout: 5 * time.Minute}); len(commands) != 1 || commands[0] != want {
		t.Errorf("%+v", commands)
	}
}

func TestAMisspeltCaseStopsNoOther(t *testing.T) {
	p := load(t, rules(rule("evening", 2, `time.hour >= 17`, "refuse")))
	cases, findings := p.Cases("policy_test.yaml", []byte("cases:\n- {name: a, plan: {risk: change}, expect: allowed}\n- {name: b, plan: {risk: change}, expect: allow}"), nil)
	if len(cases) != 1 || cases[0].Name != "b" || len(findings) != 1 {
		t.Errorf("%+v, %+v", cases, findings)
	}
}

func TestAMistakeInTheCasesIsFound(t *testing.T) {
	p := load(t, rules(rule("evening", 2, `time.hour >= 17`, "refuse")))
	for text, want := range map[string]string{
		"": "", "cases:\n": "there are no cases", "casess: []": `no key "casess"`,
		"cases:\n- {name: a, plan: {risk: change}, expect: allowed}":                                           `"allowed" is not a verdict`,
		"cases:\n- {name: a, plan: {risk: change}, expect: allow, rule: evning}":                               `no rule "evning"`,
		"cases:\n- {name: a, plan: {rsk: change}, expect: allow}":                                              `no key "rsk"`,
		"cases:\n- {name: a, plan: {risk: change}, expect: allow, time: noon}":                                 `time is "noon"`,
		"cases:\n- {name: a, procedure: adhoc, expect: allow}":                                                 "not named as a procedure",
		"cases:\n- {name: a, procedure: b, adhoc: {targets: hosts(), command: id}, expect: allow}":             "a command has no procedure",
		"cases:\n- {name: a, adhoc: {targets: hosts(), comand: id, command: id}, expect: allow}":               `no key "comand"`,
		"cases:\n- {name: a, adhoc: {targets: hosts()}, expect: allow}":                                        "there is no command",
		"cases:\n- {name: a, adhoc: {targets: hosts(), command: id, risk: looks}, expect: allow}":              `risk is never "looks"`,
		"cases:\n- {name: a, adhoc: {targets: hosts(), command: id, parallel: 0}, expect: allow}":              `parallel is "0"`,
		"cases:\n- {name: a, expect: allow}":                                                                   "says nothing about a plan",
		"cases:\n- {name: a, actor: {kind: human}, plan: {risk: change}, expect: allow}":                       `kind is never "human"`,
		"cases:\n- {name: a, plan: {risk: change}, expect: allow, approvers: 2}":                               "approvers says something only",
		"cases:\n- {name: a, plan: {risk: change}, expect: ask}\n- {name: a, plan: {risk: look}, expect: ask}": "another case",
	} {
		_, findings := p.Cases("policy_test.yaml", []byte(text), nil)
		if want == "" && len(findings) == 0 {
			continue
		}
		if len(findings) != 1 || !strings.Contains(findings[0].Text, want) || want == "" {
			t.Errorf("%q: %+v", text, findings)
		}
	}
}
