package claims

import (
	"encoding/json"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// Severity is what a claim that is not kept does to what depends on it.
type Severity string

// The severities, the strictest first.
const (
	Block  Severity = "block"  // nothing that needs it goes on
	Warn   Severity = "warn"   // people are told
	Advise Severity = "advise" // it is shown
)

// Claim is an owned, checkable statement about an entity: an objective, a
// contract, a standard, a scenario, what a probe asks.
type Claim struct {
	ID       string       `json:"id"`   // stable, such as probe:checkout:http; its ref is claim/ID
	Kind     string       `json:"kind"` // by whom it is judged, such as probe
	About    prentice.Ref `json:"about"`
	Says     string       `json:"says"`             // one sentence, for people
	Asks     string       `json:"asks,omitempty"`   // exactly what is checked, in the form of its kind
	Source   string       `json:"source,omitempty"` // file@commit, or file:line where no commit is known
	Owner    prentice.Ref `json:"owner,omitempty"`
	Severity Severity     `json:"severity"`
	ReviewBy time.Time    `json:"review_by,omitzero"` // when its owner has to look at it again; zero is never
}

// Ref names the claim.
func (c Claim) Ref() prentice.Ref { return prentice.NewRef("claim", c.ID) }

// Digest is of what is said and asked, about what. Who owns it, where it is
// written and how strict it is change no verdict, so they are not in it.
func (c Claim) Digest() string { return contentDigest(c.ID, c.Kind, string(c.About), c.Says, c.Asks) }

// Check says what is missing of a claim.
func (c Claim) Check() error {
	switch {
	case !prentice.ValidName(c.ID):
		return prentice.Errorf(prentice.Invalid, "%q cannot name a claim", clip.Text(c.ID)).Try("use letters, digits and . _ : @ - and at most 100 of them")
	case c.Kind == "" || c.Says == "" || c.About == "":
		return prentice.Errorf(prentice.Invalid, "claim %s lacks its kind, what it says or what it is about", c.ID)
	case c.Severity != Block && c.Severity != Warn && c.Severity != Advise:
		return prentice.Errorf(prentice.Invalid, "claim %s: %q is not a severity", c.ID, clip.Text(string(c.Severity))).Try("use block, warn or advise")
	}
	return nil
}

// contentDigest is of several texts, none of which can run into the next.
func contentDigest(parts ...string) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic("texts always have a JSON form: " + err.Error())
	}
	return prentice.Digest(raw)
}
