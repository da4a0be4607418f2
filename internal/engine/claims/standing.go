package claims

import (
	"time"

	"prentice"
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

// Verdict is the verdict on one claim, for one subject in one environment.
type Verdict struct {
	Number int64  `json:"number"`
	Claim  string `json:"claim"` // its ID
	Basis
	Truth   prentice.Truth `json:"truth"`
	Reason  string         `json:"reason"`
	Witness string         `json:"witness,omitempty"` // what was seen: an answer, file:line, a part of a log
	Run     int64          `json:"run,omitempty"`     // that found it out; 0 is none
	Time    time.Time      `json:"time,omitzero"`
	Until   time.Time      `json:"valid_until,omitzero"` // it counts up to this moment
}

// Counts says whether the verdict is still valid.
func (v Verdict) Counts(now time.Time) bool {
	return v.Truth != "" && now.Before(v.Until)
}

// Standing is a claim and the last verdict on it.
type Standing struct {
	Claim
	Verdict Verdict   `json:"verdict"`
	Removed time.Time `json:"removed,omitzero"` // since when it is no longer claimed
}

// At is the standing as it can be believed at a time: without a verdict that is
// valid, on the claim as it now is, it is unknown.
func (s Standing) At(now time.Time) Standing {
	v := &s.Verdict
	unknown := func(why string) { v.Truth, v.Reason = prentice.NotSeen, why }
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

// Filter chooses claims. Its zero value is all that are claimed now.
type Filter struct {
	About prentice.Ref
	Truth prentice.Truth
	After string // a cursor: only those with a greater ID
	Limit int
}
