package prentice

import (
	"encoding/json"
	"time"
)

// ClaimSeverity is what a claim that is not kept does to what depends on it.
type ClaimSeverity string

// The severities, the strictest first.
const (
	Block  ClaimSeverity = "block"  // nothing that needs it goes on
	Warn   ClaimSeverity = "warn"   // people are told
	Advise ClaimSeverity = "advise" // it is shown
)

// Claim is an owned, checkable statement about an entity: an objective, a
// contract, a standard, a scenario, what a probe asks.
type Claim struct {
	ID       string        `json:"id"`   // stable, such as probe:checkout:http; its ref is claim/ID
	Kind     string        `json:"kind"` // by whom it is judged, such as probe
	About    Ref           `json:"about"`
	Says     string        `json:"says"`             // one sentence, for people
	Asks     string        `json:"asks,omitempty"`   // exactly what is checked, in the form of its kind
	Source   string        `json:"source,omitempty"` // file@commit, or file:line where no commit is known
	Owner    Ref           `json:"owner,omitempty"`
	Severity ClaimSeverity `json:"severity"`
	ReviewBy time.Time     `json:"review_by,omitzero"` // when its owner has to look at it again; zero is never
}

// Ref names the claim.
func (c Claim) Ref() Ref { return NewRef("claim", c.ID) }

// Digest is of what is said and asked, about what. Who owns it, where it is
// written and how strict it is change no verdict, so they are not in it.
func (c Claim) Digest() string { return contentDigest(c.ID, c.Kind, string(c.About), c.Says, c.Asks) }

// Check says what is missing of a claim.
func (c Claim) Check() error {
	switch {
	case !ValidName(c.ID):
		return Errorf(Invalid, "%q cannot name a claim", clip(c.ID)).Try("use letters, digits and . _ : @ - and at most 100 of them")
	case c.Kind == "" || c.Says == "" || c.About == "":
		return Errorf(Invalid, "claim %s lacks its kind, what it says or what it is about", c.ID)
	case c.Severity != Block && c.Severity != Warn && c.Severity != Advise:
		return Errorf(Invalid, "claim %s: %q is not a severity", c.ID, clip(string(c.Severity))).Try("use block, warn or advise")
	}
	return nil
}

// contentDigest is of several texts, none of which can run into the next.
func contentDigest(parts ...string) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic("texts always have a JSON form: " + err.Error())
	}
	return Digest(raw)
}
