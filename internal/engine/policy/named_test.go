package policy_test

import (
	"testing"

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
