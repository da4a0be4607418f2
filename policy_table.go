package prentice

import "time"

// PolicyTable is a policy laid out: what it says to every procedure, in every
// place, for every sort of actor, at every hour of the week. A cell is one
// procedure in one place for one actor in one class of hours; hours that no
// rule tells apart are one class.
type PolicyTable struct {
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
	Procedure string   `json:"procedure"`
	Risk      string   `json:"risk"`
	Places    []string `json:"places"`
	Actors    []string `json:"actors"`
	Times     string   `json:"times"`
	Verdict   Verdict  `json:"verdict"`
	Approvers int      `json:"approvers,omitempty"`
	Rule      string   `json:"rule"`
	BuiltIn   bool     `json:"built_in,omitempty"`
}

// Hole is a place in a policy that looks forgotten. The kinds are in
// book/reference/policy.md.
type Hole struct {
	Kind       string   `json:"kind"` // unspoken, danger-unasked, looser-at-night or looser-for-programs
	Procedures []string `json:"procedures"`
	Risk       string   `json:"risk"`
	Places     []string `json:"places"`
	Actors     []string `json:"actors"`
	Times      string   `json:"times"`
	Cells      int      `json:"cells"` // an hour of each class
	Verdict    Verdict  `json:"verdict"`
	Rule       string   `json:"rule"` // that decides there
	Says       string   `json:"says"`
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
	Rule   string `json:"rule"`
	Behind string `json:"behind,omitempty"` // the rule that decides where this one matches; "" when it matches nowhere
	At     Pos    `json:"at"`
}

// PolicyTest is what came of a team's table of cases.
type PolicyTest struct {
	Cases     []PolicyCase `json:"cases"`
	Failed    int          `json:"failed"`
	Unreached []string     `json:"unreached"` // rules of the team that decided no case
}

// PolicyCase is one case of the table.
type PolicyCase struct {
	Name string   `json:"name"`
	Pass bool     `json:"pass"`
	Want string   `json:"want"`
	Got  Decision `json:"got"`
	Says string   `json:"says,omitempty"` // what is wrong
	At   Pos      `json:"at"`
}

// Replay is past decisions judged again by other rules.
type Replay struct {
	Since       time.Time          `json:"since"`
	Policy      string             `json:"policy"` // the digest of the rules that judge now
	Decisions   int                `json:"decisions"`
	Identical   int                `json:"identical"`
	Changed     []VerdictChange    `json:"changed"`
	Differences []ReplayDifference `json:"differences"` // the first ones, oldest first
	Then        []PolicyCount      `json:"then"`        // the policies that decided then
	Unread      int                `json:"unread,omitempty"`
	UnreadRuns  []Ref              `json:"unread_runs,omitempty"` // the first of those whose decision cannot be read
}

// VerdictChange counts the decisions that went one way and would go another.
type VerdictChange struct {
	Was   string `json:"was"`
	Would string `json:"would"`
	Count int    `json:"count"`
}

// ReplayDifference is one decision that would be another.
type ReplayDifference struct {
	Run       Ref       `json:"run"`
	Procedure string    `json:"procedure"`
	Subject   Ref       `json:"subject"`
	Requester Ref       `json:"requester"`
	Time      time.Time `json:"time"`
	Was       Decision  `json:"was"`
	Would     Decision  `json:"would"`
}

// PolicyCount is a policy and how many decisions it made. The empty digest is
// that of decisions from before digests were kept.
type PolicyCount struct {
	Policy    string `json:"policy"`
	Decisions int    `json:"decisions"`
}
