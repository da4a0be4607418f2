package prentice_test

import (
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestAClaimIsUnknownWithoutAVerdictThatCounts(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	claim := prentice.Claim{ID: "probe:x:http", Kind: "probe", About: "service/x", Says: "x answers", Severity: prentice.Warn}
	seen := prentice.ClaimVerdict{Claim: claim.ID, Basis: prentice.Basis{Claim: claim.Digest()}, Truth: prentice.Pass, Reason: "answered", Time: now.Add(-time.Hour), Until: now.Add(time.Minute)}
	for says, change := range map[string]func(*prentice.ClaimStanding){
		"answered":                              func(*prentice.ClaimStanding) {},
		"not checked yet":                       func(s *prentice.ClaimStanding) { s.Verdict = prentice.ClaimVerdict{} },
		"not checked since 2026-06-01 00:00:00": func(s *prentice.ClaimStanding) { s.Verdict.Until = now },
		"the claim has changed":                 func(s *prentice.ClaimStanding) { s.Says = "x answers within 1s" },
		"to review it by 2026-06-01":            func(s *prentice.ClaimStanding) { s.ReviewBy = now },
		"no longer claimed":                     func(s *prentice.ClaimStanding) { s.Removed = now },
	} {
		s := prentice.ClaimStanding{Claim: claim, Verdict: seen}
		change(&s)
		got := s.At(now).Verdict
		if !strings.Contains(got.Reason, says) || (got.Truth == prentice.Pass) != (says == "answered") {
			t.Errorf("%s: %s, %s", says, got.Truth, got.Reason)
		}
	}
}

func TestOnlyWhatIsSaidAndAskedMakesAnotherClaim(t *testing.T) {
	claim := prentice.Claim{ID: "probe:x:http", Kind: "probe", About: "service/x", Says: "x answers", Severity: prentice.Warn}
	same, other := claim, claim
	same.Owner, same.Severity, same.Source = "group/platform", prentice.Block, "catalog-info.yaml:3"
	other.Asks = "every 10s"
	if same.Digest() != claim.Digest() || other.Digest() == claim.Digest() {
		t.Error("the digest is not of what is said and asked")
	}
	if claim.Check() != nil {
		t.Error(claim.Check())
	}
	claim.Severity = "loud"
	if claim.Check() == nil {
		t.Error("a severity that there is not was accepted")
	}
}
