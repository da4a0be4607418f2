package claims_test

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

func TestAClaimIsUnknownWithoutAVerdictThatCounts(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	claim := claims.Claim{ID: "probe:x:http", Kind: "probe", About: "service/x", Says: "x answers", Severity: claims.Warn}
	seen := claims.Verdict{Claim: claim.ID, Basis: claims.Basis{Claim: claim.Digest()}, Truth: prentice.Pass, Reason: "answered", Time: now.Add(-time.Hour), Until: now.Add(time.Minute)}
	for says, change := range map[string]func(*claims.Standing){
		"answered":                              func(*claims.Standing) {},
		"not checked yet":                       func(s *claims.Standing) { s.Verdict = claims.Verdict{} },
		"not checked since 2026-06-01 00:00:00": func(s *claims.Standing) { s.Verdict.Until = now },
		"the claim has changed":                 func(s *claims.Standing) { s.Says = "x answers within 1s" },
		"to review it by 2026-06-01":            func(s *claims.Standing) { s.ReviewBy = now },
		"no longer claimed":                     func(s *claims.Standing) { s.Removed = now },
	} {
		s := claims.Standing{Claim: claim, Verdict: seen}
		change(&s)
		got := s.At(now).Verdict
		if !strings.Contains(got.Reason, says) || (got.Truth == prentice.Pass) != (says == "answered") {
			t.Errorf("%s: %s, %s", says, got.Truth, got.Reason)
		}
	}
}

func TestOnlyWhatIsSaidAndAskedMakesAnotherClaim(t *testing.T) {
	claim := claims.Claim{ID: "probe:x:http", Kind: "probe", About: "service/x", Says: "x answers", Severity: claims.Warn}
	same, other := claim, claim
	same.Owner, same.Severity, same.Source = "group/platform", claims.Block, "catalog-info.yaml:3"
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
