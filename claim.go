package prentice

import "time"

// Claim is an owned, expiring, checkable statement about an entity: an
// objective, a contract, a standard, a scenario, a control.
type Claim struct {
	About   Ref       `json:"about"`
	Says    string    `json:"says"`
	Owner   Ref       `json:"owner"`
	Expires time.Time `json:"expires,omitzero"`
}

// Finding of a claim.
type Truth string

// Unknown is never a pass, and it is not a fail either; it comes with a reason.
const (
	Pass    Truth = "pass"
	Fail    Truth = "fail"
	NotSeen Truth = "unknown"
)

// Verdict on a claim at a time, with the reason and what was looked at.
type ClaimVerdict struct {
	Claim  Claim  `json:"claim"`
	Truth  Truth  `json:"truth"`
	Reason string `json:"reason"`
	Cites  []Ref  `json:"cites,omitempty"`
}

// At is the claim's verdict at a time: an expired claim is unknown, whatever
// was seen before.
func (v ClaimVerdict) At(now time.Time) ClaimVerdict {
	if v.Truth == "" {
		v.Truth, v.Reason = NotSeen, "not checked"
	}
	if !v.Claim.Expires.IsZero() && now.After(v.Claim.Expires) {
		v.Truth, v.Reason = NotSeen, "the claim expired on "+v.Claim.Expires.UTC().Format(time.DateOnly)
	}
	return v
}
