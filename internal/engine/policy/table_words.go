package policy

import (
	"prentice"
)

// Table is a policy as a table: what it says to every procedure, in every
// place, for every sort of actor, at every hour of the week. A cell is one
// procedure in one place for one actor in one class of hours; hours that no
// rule tells apart are one class.
type Table struct {
	Policy         string          `json:"policy"` // its digest
	Zone           string          `json:"zone"`
	Procedures     int             `json:"procedures"`
	Places         []string        `json:"places"`
	Actors         []string        `json:"actors"`
	Times          []string        `json:"times"`
	Cells          int             `json:"cells"`
	Refused        int             `json:"refused"`
	Asked          int             `json:"asked"`
	Allowed        int             `json:"allowed"`
	Rows           []TableRow      `json:"rows"`
	Holes          []Hole          `json:"holes"`
	Contradictions []Contradiction `json:"contradictions"`
	Silent         []SilentRule    `json:"silent"`
	Held           []string        `json:"held,omitempty"` // facts that rules look at and every cell holds at one value
}

// TableRow is the cells of a procedure that have the same answer.
type TableRow struct {
	Procedure string           `json:"procedure"`
	Risk      string           `json:"risk"`
	Places    []string         `json:"places"`
	Actors    []string         `json:"actors"`
	Times     string           `json:"times"`
	Verdict   prentice.Verdict `json:"verdict"`
	Approvers int              `json:"approvers,omitempty"`
	Rule      string           `json:"rule"`
	BuiltIn   bool             `json:"built_in,omitempty"`
}

// Hole is a place in a policy that looks forgotten. The kinds are in
// book/reference/policy.md.
type Hole struct {
	Kind       string           `json:"kind"` // unspoken, danger-unasked, looser-at-night or looser-for-programs
	Procedures []string         `json:"procedures"`
	Risk       string           `json:"risk"`
	Places     []string         `json:"places"`
	Actors     []string         `json:"actors"`
	Times      string           `json:"times"`
	Cells      int              `json:"cells"` // an hour of each class
	Verdict    prentice.Verdict `json:"verdict"`
	Rule       string           `json:"rule"` // that decides there
	Says       string           `json:"says"`
}

// Contradiction is two rules of one priority that want different things of the
// same cell; the stricter one decides.
type Contradiction struct {
	Rules [2]string `json:"rules"`
	Cells int       `json:"cells"`
	Where string    `json:"where"` // one of them
}

// SilentRule is a rule of the team that decides nothing that was tried.
type SilentRule struct {
	Rule   string       `json:"rule"`
	Behind string       `json:"behind,omitempty"` // the rule that decides where this one matches; "" when it matches nowhere
	At     prentice.Pos `json:"at"`
}
