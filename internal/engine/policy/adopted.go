package policy

import (
	"time"

	"prentice"
)

// State is which policy is in force, and which one waits to be adopted.
type State struct {
	InForce Adopted  `json:"in_force"`
	Pending *Pending `json:"pending,omitempty"`

	PendingGroups *Pending `json:"pending_groups,omitempty"` // who is in which group, as the catalog says it now
}

// Adopted is the policy that decides.
type Adopted struct {
	Digest string         `json:"digest"`
	Since  time.Time      `json:"since"`
	By     []prentice.Ref `json:"by"`
	Reason string         `json:"reason"`
	Rules  []RuleView     `json:"rules"` // the team's, then the built-in ones, each in the order in which they decide
	Zone   string         `json:"zone"`
}

// Pending is an edited policy.yaml that decides nothing yet. One with an
// error among its findings has no digest and cannot be adopted.
type Pending struct {
	Digest   string             `json:"digest,omitempty"`
	Diff     string             `json:"diff"`
	Findings []prentice.Finding `json:"findings"`
	Needs    int                `json:"needs"` // owners, by the policy in force, for anyone who asks now
	Votes    []Vote             `json:"votes"` // given so far and still good
	Rules    []string           `json:"rules"` // of the policy in force that say so
	Refused  string             `json:"refused,omitempty"`
}

// Vote is an owner's wish that a policy be adopted.
type Vote struct {
	Actor   prentice.Ref   `json:"actor"`
	People  []prentice.Ref `json:"people,omitempty"` // behind the actor, themselves included
	Reason  string         `json:"reason"`
	Time    time.Time      `json:"time"`
	Expires time.Time      `json:"expires"`
}

// Adoption is what came of a wish to adopt a policy: Adopted, or how many more
// owners are needed.
type Adoption struct {
	Digest  string `json:"digest"`
	From    string `json:"from"`
	Adopted bool   `json:"adopted"`
	Votes   int    `json:"votes"`
	Needs   int    `json:"needs"`
}
