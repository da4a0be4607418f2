package prentice

import "time"

// Why says how a policy comes to a decision, and what would have to be
// otherwise for another one. Every change in it was found by asking the policy.
type Why struct {
	Run       Ref         `json:"run,omitempty"`
	Time      time.Time   `json:"time"`
	Zone      string      `json:"zone"`
	Actor     Actor       `json:"actor"`
	Op        string      `json:"op"`
	Procedure string      `json:"procedure,omitempty"`
	Subject   Ref         `json:"subject,omitempty"`
	Risk      string      `json:"risk,omitempty"`
	Targets   int         `json:"targets,omitempty"`
	Decision  Decision    `json:"decision"`
	Was       *Decision   `json:"was,omitempty"` // of a run: what was decided then, when it was decided otherwise
	Rules     []RuleHeard `json:"rules"`
	Near      []NearMiss  `json:"near,omitempty"`
	Changes   []WhatIf    `json:"changes,omitempty"` // one for each other verdict that can be reached, the smallest first
}

// RuleHeard is a rule and what it had to say.
type RuleHeard struct {
	Rule
	Matched bool `json:"matched"`
	Decided bool `json:"decided"`
}

// Rule is one sentence of a policy, as people read it.
type Rule struct {
	Name     string  `json:"name"`
	Priority int     `json:"priority"`
	When     string  `json:"when"`
	Verdict  Verdict `json:"verdict"`
	Asks     string  `json:"asks,omitempty"` // of whom, how many and for how long
	Reason   string  `json:"reason"`
	BuiltIn  bool    `json:"built_in,omitempty"`
	At       Pos     `json:"at"`
}

// NearMiss is a rule that was silent and would have spoken but for one fact.
type NearMiss struct {
	Rule    string     `json:"rule"`
	Verdict Verdict    `json:"verdict"`
	Fact    FactChange `json:"fact"`
}

// WhatIf is the smallest change of facts that leads to another verdict.
type WhatIf struct {
	Verdict   Verdict      `json:"verdict"`
	Approvers int          `json:"approvers,omitempty"`
	Rule      string       `json:"rule"` // that decides then
	Facts     []FactChange `json:"facts"`
}

// FactChange is one fact as it is and as it would have to be.
type FactChange struct {
	Fact string `json:"fact"` // as conditions write it
	Is   string `json:"is"`
	Were string `json:"were"`
}
