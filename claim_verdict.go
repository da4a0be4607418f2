package prentice

import "time"

// Truth is what is known of a claim, or what one look at a target saw.
type Truth string

// Unknown is never a pass, and it is not a fail either; it comes with a reason.
const (
	Pass    Truth = "pass"
	Fail    Truth = "fail"
	NotSeen Truth = "unknown"
)

// Basis is all that a verdict depends on, each as a digest or a name. Who asks
// again on the same basis would get the same answer, so the verdict that is there
// counts until it is no longer valid.
type Basis struct {
	Claim       string `json:"claim_digest"`
	Subject     string `json:"subject"`     // the content that was looked at, never a version label
	Environment string `json:"environment"` // where: live, or the digest of a sandbox
	Tool        string `json:"tool"`        // tool@version
}

// ClaimVerdict is the verdict on one claim, for one subject in one environment.
type ClaimVerdict struct {
	Number int64  `json:"number"`
	Claim  string `json:"claim"` // its ID
	Basis
	Truth   Truth     `json:"truth"`
	Reason  string    `json:"reason"`
	Witness string    `json:"witness,omitempty"` // what was seen: an answer, file:line, a part of a log
	Run     int64     `json:"run,omitempty"`     // that found it out; 0 is none
	Time    time.Time `json:"time,omitzero"`
	Until   time.Time `json:"valid_until,omitzero"` // it counts up to this moment
}

// Counts says whether the verdict is still valid.
func (v ClaimVerdict) Counts(now time.Time) bool {
	return v.Truth != "" && now.Before(v.Until)
}

// ClaimStanding is a claim and the last verdict on it.
type ClaimStanding struct {
	Claim
	Verdict ClaimVerdict `json:"verdict"`
	Removed time.Time    `json:"removed,omitzero"` // since when it is no longer claimed
}

// At is the standing as it can be believed at a time: without a verdict that is
// valid, on the claim as it now is, it is unknown.
func (s ClaimStanding) At(now time.Time) ClaimStanding {
	v := &s.Verdict
	unknown := func(why string) { v.Truth, v.Reason = NotSeen, why }
	switch {
	case !s.Removed.IsZero():
		unknown("it is no longer claimed since " + utc(s.Removed))
	case v.Truth == "":
		unknown("not checked yet")
	case v.Basis.Claim != s.Digest():
		unknown("the claim has changed since it was checked, at " + utc(v.Time))
	case !s.ReviewBy.IsZero() && !now.Before(s.ReviewBy):
		unknown("its owner was to review it by " + s.ReviewBy.UTC().Format(time.DateOnly))
	case !v.Counts(now):
		unknown("not checked since " + utc(v.Until) + "; the last verdict was " + string(v.Truth))
	}
	return s
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// ClaimFilter chooses claims. Its zero value is all that are claimed now.
type ClaimFilter struct {
	About Ref
	Truth Truth
	After string // a cursor: only those with a greater ID
	Limit int
}
