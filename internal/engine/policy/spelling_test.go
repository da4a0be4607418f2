package policy_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/team"
)

func shopKnown() *policy.Known {
	cat := &team.Catalog{Entities: []team.Entity{{Ref: "system/data"}, {Ref: "group/platform"}, {Ref: "service/orders", Labels: map[string]string{"environment": "production"}}, {Ref: "host/web-1"}}}
	return policy.KnownOf(cat, []prentice.Procedure{{Name: "restart-service", Secrets: []string{"deploy-token"}, Inputs: []prentice.Input{{Name: "service", Type: "service"}, {Name: "depth", Type: "int"}}}},
		[]string{"sh", "http"}, []string{"run.start", "run.adhoc", "policy.adopt"})
}

// A rule that is held against a name which no fact can have is true or false for
// ever, and its team does not know.
func TestANameThatNoFactCanHaveIsFound(t *testing.T) {
	for _, c := range []struct{ when, hint string }{
		{`plan.system != "data"`, `did you mean "system/data"?`},
		{`plan.system == "system/date"`, `did you mean "system/data"?`},
		{`plan.system in ["system/data", "data"]`, `did you mean "system/data"?`},
		{`plan.subject == "orders"`, "write kind/name"},
		{`plan.subject == "service/order"`, `did you mean "service/orders"?`},
		{`plan.owner == "platform"`, `did you mean "group/platform"?`},
		{`"web-1" in plan.targets`, `did you mean "host/web-1"?`},
		{`plan.targets.exists(t, t == "host/web-2")`, `did you mean "host/web-1"?`},
		{`plan.targets.all(t, t != "web-1")`, `did you mean "host/web-1"?`},
		{`plan.procedure == "restart-servise"`, `did you mean "restart-service"?`},
		{`plan.environment == "Production"`, `did you mean "production"?`},
		{`"ssh" in plan.kinds`, `did you mean "sh"?`},
		{`"deploy_token" in plan.secrets`, `did you mean "deploy-token"?`},
		{`op == "run.strat"`, `did you mean "run.start"?`},
		{`op == "run.stat" && actor.kind == "agent"`, `did you mean "run.start"?`},
		{`actor.name == "person/ann"`, `write "ann"`},
		{`actor.ref == "ann"`, `did you mean "person/ann"?`},
		{`time.date == "24.12.2026"`, "write a day"},
		{`has(input.sevice) && input.sevice == "service/orders"`, `did you mean "service"?`},
		{`input.service == "orders"`, `did you mean "service/orders"?`},
		{`plan.event.EVENT_SUBJET == "service/orders"`, `did you mean "EVENT_SUBJECT"?`},
		{`plan.system == "system/data" && plan.owner != "" && plan.subject == "alert/4711" && "host/web-1" in plan.targets && input.depth == "3" && actor.name == "bot"`, ""},
		{`plan.system.startsWith("system/da") || plan.subject.matches("^service/ord")`, ""},
	} {
		p, findings := policy.Load("policy.yaml", []byte(rules(rule("a", 1, c.when, "allow"))))
		if p != nil {
			findings = p.Misspelt(shopKnown())
		}
		var said []string
		for _, f := range findings {
			if f.Error && f.At.Line > 0 {
				said = append(said, f.Text+": "+f.Hint)
			}
		}
		if got := strings.Join(said, "; "); c.hint == "" && got != "" || !strings.Contains(got, c.hint) {
			t.Errorf("%s: %q, want %q", c.when, got, c.hint)
		}
	}
}

// What was adopted before such a name was an error stays in force and is shown; it
// allows nothing, and where it would have kept a change from people they decide.
func TestAnAdoptedPolicyWithSuchANameFailsClosed(t *testing.T) {
	text := rules(rule("not-data", 10, `plan.system != "data"`, "allow"), rule("data", 20, `plan.system == "data" && plan.risk == "change"`, "refuse"))
	p, findings := policy.LoadAdopted("policy in force", []byte(text))
	if p == nil || len(findings) > 0 || len(p.Doubted()) != 2 {
		t.Fatalf("%+v, %+v", findings, p.Doubted())
	}
	d := p.Decide(t.Context(), moment(plan(risk(prentice.Change))))
	if d.Verdict != prentice.Ask || d.Rules[0] != "data" || d.Approvers != 1 || d.Role != prentice.Approver || d.Expires <= 0 {
		t.Errorf("a change: %+v", d)
	}
	if d := p.Decide(t.Context(), moment(plan(risk(prentice.Look)))); d.Verdict != prentice.Allow {
		t.Errorf("a look: %+v", d)
	}
	adopt := prentice.Moment{Now: noon, Op: policy.AdoptOp, Actor: prentice.Actor{Kind: prentice.Person, Name: "olga", Role: prentice.Owner}}
	if d := p.Heard(t.Context(), adopt); d.Verdict != prentice.Allow {
		t.Errorf("the team is locked out: %+v", d)
	}
}

func TestACaseHasTheFactsOfARealPlan(t *testing.T) {
	p := load(t, rules(rule("data", 1, `plan.system == "system/data" && "host/web-1" in plan.targets`, "refuse")))
	cases, findings := p.Cases("policy_test.yaml", []byte("cases:\n- {name: a, plan: {risk: change, system: data, targets: [web-1]}, expect: refuse, rule: data}"), shopKnown())
	if len(findings) > 0 {
		t.Fatalf("%+v", findings)
	}
	if got := p.Test(t.Context(), cases, nil); got.Failed != 0 {
		t.Errorf("%+v", got.Cases)
	}
	for text, hint := range map[string]string{
		"system: date": `did you mean "system/data"?`, "targets: [web-2]": `did you mean "host/web-1"?`, "environment: prodcution": `did you mean "production"?`,
		"subject: orders": "write kind/name", "kinds: [shh]": `did you mean "sh"?`, "procedure: restart-servce": `did you mean "restart-service"?`,
	} {
		_, findings := p.Cases("policy_test.yaml", []byte("cases:\n- {name: a, plan: {risk: change, "+text+"}, expect: ask}"), shopKnown())
		if len(findings) != 1 || findings[0].Hint != hint && !strings.HasPrefix(findings[0].Hint, hint) {
			t.Errorf("%s: %+v", text, findings)
		}
	}
}
