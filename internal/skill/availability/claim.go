package availability

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/team"
)

// claimKind is the kind of the claims that probes make.
const claimKind = "probe"

// extendEvery is about how long a verdict that comes out the same is left alone
// until it is made valid for longer.
const extendEvery = 5 * time.Minute

// claimOf is what a probe claims about its service.
func claimOf(s team.Service, p prentice.Probe, source string) claims.Claim {
	return claims.Claim{
		ID: claimID(s.Ref, p.Name), Kind: claimKind, About: s.Ref, Says: statement(p), Asks: fmt.Sprintf("%s %s, %s", p.Kind, p.Shown(), wants(p)),
		Source: source, Owner: s.Owner, Severity: claims.Warn,
	}
}

// claimID names a probe's claim. Names that are too long together are replaced by
// their digest.
func claimID(service prentice.Ref, probe string) string {
	id := claimKind + ":" + service.Name() + ":" + probe
	if prentice.ValidName(id) {
		return id
	}
	_, sum, _ := strings.Cut(prentice.Digest([]byte(id)), ":")
	return claimKind + ":" + sum[:32]
}

// statement is what a probe asks, as a statement.
func statement(p prentice.Probe) string {
	says := p.Shown() + " " + cmp.Or(p.Says, "passes")
	if p.Contains != "" {
		says += fmt.Sprintf(" with the text %q", p.Contains)
	}
	return fmt.Sprintf("%s within %s", says, p.Timeout)
}

// basisOf is what verdicts on a probe's claim depend on. The subject is the service
// as it is declared to run: when its hosts, its unit or its address change, what was
// seen of it before says nothing of it any more.
func basisOf(c claims.Claim, s team.Service, tool string) claims.Basis {
	raw, err := json.Marshal([]any{s.Ref, s.URL, s.Unit, s.Run, s.Hosts})
	if err != nil {
		panic("a service always has a JSON form: " + err.Error())
	}
	return claims.Basis{Claim: c.Digest(), Subject: prentice.Digest(raw), Environment: "live", Tool: cmp.Or(tool, "probe")}
}

// truthOf is what a judgement says of the claim. What goes up and down does not
// keep it.
func truthOf(w Word) prentice.Truth {
	switch w {
	case Well:
		return prentice.Pass
	case Down, Flapping:
		return prentice.Fail
	default:
		return prentice.NotSeen
	}
}

// verdict is what a state, as it is believed now, says of a claim. While no one has
// looked, or not often enough to judge, it says nothing.
func (s State) verdict(now time.Time, r Rules, claim string, b claims.Basis) (v claims.Verdict, judged bool) {
	if s.judging(now, r) {
		return v, false
	}
	s = s.At(now, r)
	v = claims.Verdict{Claim: claim, Basis: b, Truth: truthOf(s.Word), Reason: cmp.Or(s.Reason, string(orUnknown(s.Word))), Time: now, Until: now.Add(r.Stale + extendEvery)}
	if n := len(s.Last); n > 0 {
		last := s.Last[n-1]
		v.Witness = fmt.Sprintf("%s: %s after %s: %s", last.Time.UTC().Format(time.DateTime+" UTC"), last.Truth, took(last.Latency), last.Says)
	}
	return v, true
}

// judging says whether there were too few looks yet for a judgement.
func (s State) judging(now time.Time, r Rules) bool {
	switch {
	case len(s.Last) == 0:
		return s.Reason != unreadable
	case orUnknown(s.Word) != Unknown || s.Unseen > 0:
		return false
	default:
		return now.Sub(s.looked()) <= r.Stale
	}
}
