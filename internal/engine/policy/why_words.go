package policy

import (
	"time"

	"prentice"
)

// Why says how a policy comes to a decision, and what would have to be
// otherwise for another one. Every change in it was found by asking the policy.
type Why struct {
	Run       prentice.Ref       `json:"run,omitempty"`
	Time      time.Time          `json:"time"`
	Zone      string             `json:"zone"`
	Actor     prentice.Actor     `json:"actor"`
	Op        string             `json:"op"`
	Procedure string             `json:"procedure,omitempty"`
	Subject   prentice.Ref       `json:"subject,omitempty"`
	Risk      string             `json:"risk,omitempty"`
	Targets   int                `json:"targets,omitempty"`
	Decision  prentice.Decision  `json:"decision"`
	Was       *prentice.Decision `json:"was,omitempty"` // of a run: what was decided then, when it was decided otherwise
	Rules     []RuleHeard        `json:"rules"`
	Near      []NearMiss         `json:"near,omitempty"`
	Changes   []WhatIf           `json:"changes,omitempty"` // one for each other verdict that can be reached, the smallest first
}

// RuleHeard is a rule and what it had to say.
type RuleHeard struct {
	RuleView
	Matched bool `json:"matched"`
	Decided bool `json:"decided"`
}

// RuleView is one sentence of a policy, as people read it.
type RuleView struct {
	Name     string           `json:"name"`
	Priority int              `json:"priority"`
	When     string           `json:"when"`
	Verdict  prentice.Verdict `json:"verdict"`
	Asks     string           `json:"asks,omitempty"` // of whom, how many and for how long
	Reason   string           `json:"reason"`
	BuiltIn  bool             `json:"built_in,omitempty"`
	At       prentice.Pos     `json:"at"`
}

// NearMiss is a rule that was silent and would have spoken but for one fact.
type NearMiss struct {
	Rule    string           `json:"rule"`
	Verdict prentice.Verdict `json:"verdict"`
	Fact    FactChange       `json:"fact"`
}

// WhatIf is the smallest change of facts that leads to another verdict.
type WhatIf struct {
	Verdict   prentice.Verdict `json:"verdict"`
	Approvers int              `json:"approvers,omitempty"`
	Rule      string           `json:"rule"` // that decides then
	Facts     []FactChange     `json:"facts"`
}

// FactChange is one fact as it is and as it would have to be.
type FactChange struct {
	Fact string `json:"fact"` // as conditions write it
	Is   string `json:"is"`
	Were string `json:"were"`
}
