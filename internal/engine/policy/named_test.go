package policy_test

import (
	"testing"

	"prentice"
	"prentice/internal/engine/policy"
)

func TestAPolicyKnowsTheAgentsThatItTellsFromOthers(t *testing.T) {
	for _, c := range []struct{ when, agent, rule string }{
		{`actor.name == "deploy-bot"`, "deploy-bot", "r"},
		{`actor.name == "deploy-bot"`, "deploy-bo", ""},
		{`actor.ref == "agent/deploy-bot"`, "deploy-bot", "r"},
		{`actor.name in ["ci", "deploy-bot"]`, "ci", "r"},
		{`actor.name.startsWith("deploy-")`, "deploy-mine", "r"},
		{`actor.name.startsWith("deploy-")`, "ci", ""},
		{`actor.name.matches("^dep.*t$")`, "depart", "r"},
		{`actor.name.matches("^dep.*t$")`, "ci", ""},
		{`actor.ref.startsWith("agent/")`, "ci", ""},
		{`actor.kind == "agent" && plan.procedure == "deploy-bot"`, "deploy-bot", ""},
	} {
		p, findings := policy.Load("policy.yaml", []byte("rules:\n  - {name: r, when: '"+c.when+"', verdict: allow, reason: It is ours.}\n"))
		if p == nil {
			t.Fatal(c.when, findings)
		}
		if got := p.NamesAgent(c.agent); got != c.rule {
			t.Errorf("%s is about %s: %q, want %q", c.when, c.agent, got, c.rule)
		}
	}
}

// A rule that loosens something for a name is for agents to whom an owner gave it,
// however the rule holds the name; one that tightens is for all.
func TestANameThatAnAgentChoseItselfLoosensNothing(t *testing.T) {
	for _, when := range []string{
		`actor.name == "deploy-bot"`, `"dep" + "loy-bot" == actor.name`, `["deploy-bot"].exists(n, n == actor.name)`, `actor.name.endsWith("-bot")`,
		`actor.name.size() == 10`, `actor.ref == "agent/deploy-bot"`, `actor.ref.endsWith("bot")`, `actor.name.matches("^[a-z-]+$")`,
	} {
		for _, verdict := range []string{"allow", "refuse"} {
			p := load(t, rules(rule("all", 1, "true", map[string]string{"allow": "ask", "refuse": "allow"}[verdict]), rule("bot", 2, when, verdict)))
			m := prentice.Moment{Op: "run.start", Plan: &prentice.Plan{Risk: prentice.Change}, Now: noon,
				Actor: prentice.Actor{Kind: prentice.Agent, Name: "deploy-bot", Role: prentice.Operator, Owner: "person/opi"}}
			own := p.Decide(t.Context(), m).Verdict
			m.Actor.Given = true
			given := p.Decide(t.Context(), m).Verdict
			want := map[string][2]prentice.Verdict{"allow": {prentice.Ask, prentice.Allow}, "refuse": {prentice.Refuse, prentice.Refuse}}[verdict]
			if got := [2]prentice.Verdict{own, given}; got != want {
				t.Errorf("%s, %s: by a name of its own and by a given one %v, want %v", when, verdict, got, want)
			}
		}
	}
}
