package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // a Monday

func plan(change ...func(*prentice.Plan)) *prentice.Plan {
	p := &prentice.Plan{
		Format: 1, Procedure: "restart-service", Digest: "sha256:1", Subject: "service/checkout", Owner: "group/platform",
		Risk: prentice.Change, Undoable: true, Inputs: map[string]string{"service": "service/checkout"},
		Targets: []prentice.Target{{Ref: "host/a"}, {Ref: "host/b"}}, Secrets: []string{"deploy-token"},
		Limits: prentice.PlanLimits{MaxTargets: 5, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m", Timeout: "5m", ApprovalExpires: "1h"},
		Steps:  []prentice.PlannedStep{{ID: "a", Kind: "sh"}, {ID: "b", Kind: "sh"}, {ID: "c", Kind: "http"}},
		Event:  map[string]string{"type": "probe.failed"},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func risk(r prentice.Risk) func(*prentice.Plan) { return func(p *prentice.Plan) { p.Risk = r } }

func moment(p *prentice.Plan) prentice.Moment {
	return prentice.Moment{
		Now: noon, Op: "run.start", Plan: p,
		Actor:  prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator, Door: "cli"},
		Record: prentice.Record{Runs: 10, Verified: 9, Harmful: 1, Useless: 2},
	}
}

func load(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, findings := policy.Load("policy.yaml", []byte(text))
	if p == nil {
		t.Fatalf("policy does not load: %+v", findings)
	}
	return p
}

func rule(name string, priority int, when, verdict string) string {
	return fmt.Sprintf("  - name: %s\n    priority: %d\n    when: |-\n      %s\n    verdict: %s\n    reason: Because %s.\n", name, priority, when, verdict, name)
}

func rules(list ...string) string { return "rules:\n" + strings.Join(list, "") }

func TestWithoutRulesOfTheTeamTheBuiltInOnesDecide(t *testing.T) {
	for _, c := range []struct {
		name string
		risk prentice.Risk
		want prentice.Decision
	}{
		{"reading is allowed", prentice.Look, prentice.Decision{Verdict: prentice.Allow, Rules: []string{"default-look"}}},
		{"a change asks one person", prentice.Change, prentice.Decision{Verdict: prentice.Ask, Rules: []string{"default-change"}, Approvers: 1, Role: prentice.Approver, Expires: time.Hour}},
		{"danger asks two", prentice.Danger, prentice.Decision{Verdict: prentice.Ask, Rules: []string{"default-danger"}, Approvers: 2, Role: prentice.Approver, Expires: time.Hour}},
		{"what no one has classified is refused", prentice.Risk(9), prentice.Decision{Verdict: prentice.Refuse, Rules: []string{"default-unknown"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := policy.Default().Decide(t.Context(), moment(plan(risk(c.risk))))
			if len(got.Reasons) != 1 || got.Reasons[0] == "" {
				t.Errorf("reasons %q", got.Reasons)
			}
			got.Reasons, got.Policy = nil, ""
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestACommandWithoutAProcedureIsAskedAboutWhateverItClaims(t *testing.T) {
	looks := plan(risk(prentice.Look), func(p *prentice.Plan) { p.Procedure = prentice.AdhocName })
	for _, c := range []struct{ name, text, want string }{
		{"by the built-in rules", "", "default-adhoc ask"},
		{"though the team lets everything be read", rules(rule("read", 1, `plan.risk == "look"`, "allow")), "default-adhoc ask"},
		{"though the team allows everything", rules(rule("all", 1, "true", "allow")), "default-adhoc ask"},
		{"though the team allows what is not one", rules(rule("others", 1, `plan.procedure.size() > 0`, "allow")), "default-adhoc ask"},
		{"unless the team names it", rules(rule("looks", 1, `plan.procedure == "adhoc" && plan.risk == "look"`, "allow")), "looks allow"},
		{"and a refusal of all is one of it too", rules(rule("none", 1, "true", "refuse")), "none refuse"},
	} {
		d := load(t, c.text).Decide(t.Context(), moment(looks))
		if got := d.Rules[0] + " " + d.Verdict.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	danger := plan(risk(prentice.Danger), func(p *prentice.Plan) { p.Procedure = prentice.AdhocName })
	if d := policy.Default().Decide(t.Context(), moment(danger)); d.Approvers != 2 {
		t.Errorf("danger asks %d", d.Approvers)
	}
}

func TestNoPolicyAllowsNothing(t *testing.T) {
	var none *policy.Policy
	for _, m := range []prentice.Moment{moment(plan()), moment(nil), {}} {
		if d := none.Decide(t.Context(), m); d.Verdict != prentice.Refuse || len(d.Reasons) == 0 {
			t.Errorf("got %+v", d)
		}
	}
	if none.Digest() != "" || none.Rules() != nil {
		t.Error("no policy has rules")
	}
}

func TestTheRuleOfHighestPriorityDecides(t *testing.T) {
	for _, c := range []struct {
		name    string
		text    string
		verdict prentice.Verdict
		rules   string
	}{
		{"higher wins over stricter", rules(rule("low", 1, "true", "refuse"), rule("high", 2, "true", "allow")), prentice.Allow, "high low"},
		{"among equals the strictest wins", rules(rule("a", 1, "true", "allow"), rule("b", 1, "true", "refuse"), rule("c", 1, "true", "ask")), prentice.Refuse, "b c a"},
		{"a rule that does not match is silent", rules(rule("a", 9, "plan.risk == 'look'", "allow"), rule("b", 1, "true", "refuse")), prentice.Refuse, "b"},
		{"the team comes before the built-in rules", rules(rule("a", -1000, "true", "allow")), prentice.Allow, "a"},
		{"the built-in rules speak when no other does", rules(rule("a", 1, "false", "allow")), prentice.Ask, "default-change"},
		{"a rule that cannot be worked out refuses", rules(rule("a", 1, `input.absent == "x"`, "allow")), prentice.Refuse, "a"},
		{"and does so before its equals", rules(rule("b", 1, "true", "allow"), rule("a", 1, `input.absent == "x"`, "allow")), prentice.Refuse, "a b"},
		{"but not before its betters", rules(rule("b", 2, "true", "allow"), rule("a", 1, `input.absent == "x"`, "allow")), prentice.Allow, "b a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := load(t, c.text).Decide(t.Context(), moment(plan()))
			if d.Verdict != c.verdict || strings.Join(d.Rules, " ") != c.rules || len(d.Reasons) != len(d.Rules) {
				t.Errorf("got %+v, want %s by %s", d, c.verdict, c.rules)
			}
		})
	}
}

func TestAReasonNamesTheRuleThatCouldNotBeWorkedOut(t *testing.T) {
	d := load(t, rules(rule("odd", 1, `input.absent == "x"`, "allow"))).Decide(t.Context(), moment(plan()))
	if !strings.Contains(d.Reasons[0], "odd") || !strings.Contains(d.Reasons[0], "absent") {
		t.Errorf("got %q", d.Reasons[0])
	}
}

func TestConditionsSeeTheMoment(t *testing.T) {
	for _, when := range []string{
		`actor.kind == "person" && actor.name == "ann" && actor.role == "operator" && actor.door == "cli" && actor.ref == "person/ann"`,
		`op == "run.start"`,
		`plan.procedure == "restart-service" && plan.digest == "sha256:1" && plan.risk == "change" && plan.undoable`,
		`plan.subject == "service/checkout" && plan.owner == "group/platform" && plan.summary == ""`,
		`plan.targets == ["host/a", "host/b"] && plan.target_count == 2 && "host/a" in plan.targets`,
		`"deploy-token" in plan.secrets && plan.kinds == ["sh", "http"] && plan.event.type == "probe.failed"`,
		`plan.limits.max_targets == 5 && plan.limits.parallel == 1 && plan.limits.max_unhealthy == 20`,
		`plan.limits.cooldown == duration("10m") && plan.limits.timeout < plan.limits.approval_expires`,
		`now == timestamp("2026-11-23T12:00:00Z") && now.getHours("Europe/London") == 12`,
		`time.hour == 12 && time.weekday == "monday" && time.date == "2026-11-23" && time.zone == "UTC"`,
		`time.weekday in ["monday", "friday"]`,
		`record.runs == 10 && record.verified == 9 && record.harmful == 1 && record.useless == 2`,
		`input.service == "service/checkout" && !has(input.other) && !("other" in input)`,
	} {
		d := load(t, rules(rule("seen", 1, when, "allow"))).Decide(t.Context(), moment(plan()))
		if d.Rules[0] != "seen" || d.Verdict != prentice.Allow {
			t.Errorf("%s: got %+v", when, d)
		}
	}
}

func TestALimitThatCannotBeReadRefuses(t *testing.T) {
	p := load(t, rules(rule("a", 1, `plan.limits.cooldown > duration("1m")`, "allow")))
	d := p.Decide(t.Context(), moment(plan(func(p *prentice.Plan) { p.Limits.Timeout = "soon" })))
	if d.Verdict != prentice.Refuse {
		t.Errorf("got %+v", d)
	}
}

func TestAnOperationWithoutAPlanIsLeftToRolesUnlessARuleRefusesIt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		verdict    prentice.Verdict
	}{
		{"no rules", "", prentice.Allow},
		{"a rule about it refuses", rules(rule("a", 1, `op == "run.start"`, "refuse")), prentice.Refuse},
		{"a rule about another one does not", rules(rule("a", 1, `op == "run.cancel"`, "refuse")), prentice.Allow},
		{"a rule about plans is not asked", rules(rule("a", 1, `op == "run.start" && plan.risk != "look"`, "refuse")), prentice.Allow},
		{"nor one about inputs or the record", rules(rule("a", 1, `op == "run.start" && input.x == ""`, "refuse"), rule("b", 1, `op != "" && record.runs == 0`, "refuse")), prentice.Allow},
		{"nor one that does not speak of operations", rules(rule("a", 1, `actor.name == "ann"`, "refuse")), prentice.Allow},
		{"a better rule can except someone", rules(rule("a", 1, `op == "run.start"`, "refuse"), rule("b", 2, `op == "run.start" && actor.name == "ann"`, "allow")), prentice.Allow},
		{"one that cannot be worked out refuses", rules(rule("a", 1, `op == "run.start" && 1 / (time.hour - 12) > 0`, "allow")), prentice.Refuse},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := load(t, c.text).Decide(t.Context(), moment(nil))
			if d.Verdict != c.verdict || len(d.Rules) == 0 || len(d.Reasons) == 0 {
				t.Errorf("got %+v, want %s", d, c.verdict)
			}
		})
	}
}

func TestAHostileConditionEnds(t *testing.T) {
	list := "[" + strings.TrimSuffix(strings.Repeat("1,", 50), ",") + "]"
	when := "true"
	for i := range 6 {
		when = fmt.Sprintf("%s.all(x%d, %s)", list, i, when)
	}
	d := load(t, rules(rule("greedy", 1, when, "allow"))).Decide(t.Context(), moment(plan()))
	if d.Verdict != prentice.Refuse || !strings.Contains(d.Reasons[0], "costs too much") {
		t.Errorf("got %+v", d)
	}
}

func TestManyMayAskAtOnceAndHearTheSame(t *testing.T) {
	p := load(t, twentyRules())
	want := p.Decide(t.Context(), moment(plan()))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if got := p.Decide(t.Context(), moment(plan())); !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v, want %+v", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestTheDigestNamesTheText(t *testing.T) {
	a, b := load(t, rules(rule("a", 1, "true", "allow"))), load(t, rules(rule("a", 2, "true", "allow")))
	if a.Digest() == b.Digest() || a.Digest() == policy.Default().Digest() || !strings.HasPrefix(a.Digest(), "sha256:") {
		t.Errorf("digests %s, %s, %s", a.Digest(), b.Digest(), policy.Default().Digest())
	}
}

// twentyRules is a policy such as a team may have after a year.
func twentyRules() string {
	list := []string{
		rule("freeze", 900, `time.weekday in ["saturday", "sunday"] && plan.risk != "look"`, "refuse"),
		rule("no-agents-in-danger", 800, `actor.kind == "agent" && plan.risk == "danger"`, "refuse"),
		rule("databases", 700, `plan.targets.exists(t, t.startsWith("host/db"))`, "ask"),
		rule("too-many", 600, `plan.target_count > 10`, "refuse"),
		rule("secrets", 500, `"root-key" in plan.secrets`, "refuse"),
		rule("useless", 400, `record.useless >= 3`, "refuse"),
		rule("proven", 300, `record.verified >= 20 && record.harmful == 0 && plan.undoable`, "allow"),
	}
	for i := len(list); i < 20; i++ {
		list = append(list, rule(fmt.Sprintf("procedure-%d", i), 200-i, fmt.Sprintf(`actor.kind == "self" && plan.procedure == "procedure-%d"`, i), "allow"))
	}
	return rules(list...)
}

func BenchmarkDecide(b *testing.B) {
	p := load(b, twentyRules())
	m := moment(plan())
	b.ReportAllocs()
	for b.Loop() {
		p.Decide(b.Context(), m)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}
