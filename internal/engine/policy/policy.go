// Package policy decides, and says why in words a person can act on.
//
// A policy is a list of rules that the team keeps in policy.yaml, in git. Each
// rule has a condition in CEL over who acts, what is asked, the plan, the time
// and the procedure's record, and a verdict: refuse, ask or allow. Of the rules
// that match, the one of highest priority decides; of equals, the strictest.
// When no rule of the team matches, the built-in rules decide: reading is
// allowed, a change asks one person, danger asks two, and what no one has
// classified is refused.
//
// It refuses to guess. A misspelt key, field or value is found when the file is
// read, with its place and the nearest spelling, and a file with an error
// decides nothing. A rule that cannot be worked out refuses. Deciding reads no
// clock, no file and no database: the same moment always gets the same decision,
// and so a policy can be asked why, shown as a table, tried with cases and
// replayed over the past. Only the Book keeps something: which text is in force,
// and how the one before agreed to it.
package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/expr"
)

// Rule is one sentence of a policy.
type Rule struct {
	Name        string           `json:"name"`
	Priority    int              `json:"priority"`
	When        string           `json:"when"` // CEL to true or false
	Verdict     prentice.Verdict `json:"verdict"`
	Reason      string           `json:"reason"`
	Approvers   int              `json:"approvers,omitempty"`    // with ask
	Role        prentice.Role    `json:"role,omitempty"`         // with ask: who may agree
	From        []prentice.Ref   `json:"from,omitempty"`         // with ask: of which groups or people; none is everyone
	NeedsReason bool             `json:"needs_reason,omitempty"` // with ask: an answer needs a reason
	Expires     time.Duration    `json:"expires,omitempty"`      // with ask: how long the question stands
	BuiltIn     bool             `json:"built_in,omitempty"`
	At          prentice.Pos     `json:"at"`

	when  expr.Program
	where func(text string) prentice.Pos // of a text within when
	wrong string                         // why no one can say whether it speaks: it was adopted before that was an error
	asks  mentions
	looks []expr.Mention // at what
}

// Policy is a team's rules followed by the built-in ones. It never changes once
// made and may be asked from many goroutines. The nil Policy refuses.
type Policy struct {
	team, builtIn []Rule // each in the order in which they decide
	digest        string
	zone          *time.Location // of time.hour and its like
}

// Zone is where the policy's hours and days are.
func (p *Policy) Zone() *time.Location {
	if p == nil || p.zone == nil {
		return time.UTC
	}
	return p.zone
}

// Rules lists the team's rules and then the built-in ones, each in the order in
// which they decide.
func (p *Policy) Rules() []Rule {
	if p == nil {
		return nil
	}
	return append(slices.Clone(p.team), p.builtIn...)
}

// Digest names the policy: sha256: and the hex SHA-256 of its text.
func (p *Policy) Digest() string {
	if p == nil {
		return ""
	}
	return p.digest
}

// Decide says what may be done at a moment, and why: the rule that decided comes
// first, then the others that matched. Without a plan only the rules that speak
// of an operation are asked, and only to refuse it, since roles decide the rest.
func (p *Policy) Decide(ctx context.Context, m prentice.Moment) prentice.Decision {
	if p == nil {
		return refusal("no policy", "There is no policy, so nothing is allowed.")
	}
	d := p.decide(ctx, m, see(m, p.zone))
	if unknown, other := unnamed(m); other {
		d = stricter(d, p.decide(ctx, unknown, see(unknown, p.zone)))
	}
	d.Policy = p.digest
	return d
}

func (p *Policy) decide(ctx context.Context, m prentice.Moment, s scene) prentice.Decision {
	if m.Plan == nil {
		return decideOperation(ctx, p.team, s)
	}
	if found := matching(ctx, p.team, s); len(found) > 0 {
		return decisionOf(found)
	}
	if found := matching(ctx, p.builtIn, s); len(found) > 0 {
		return decisionOf(found)
	}
	return refusal("no rule", "No rule speaks of this, so it is refused.")
}

// AdoptOp is the operation that brings another policy into force. It is the one
// operation without a plan that rules may ask about: approvers is then how many
// different owners must adopt the same policy.
const AdoptOp = "policy.adopt"

// Heard is Decide, and for the adoption of a policy also what a rule asks for.
func (p *Policy) Heard(ctx context.Context, m prentice.Moment) prentice.Decision {
	d := p.Decide(ctx, m)
	if p == nil || m.Plan != nil || m.Op != AdoptOp || d.Verdict != prentice.Allow {
		return d
	}
	if found := matching(ctx, p.team, see(m, p.zone)); len(found) > 0 {
		d = decisionOf(found)
		d.Policy = p.digest
	}
	return d
}

func decideOperation(ctx context.Context, rules []Rule, s scene) prentice.Decision {
	found := matching(ctx, rules, s)
	if len(found) > 0 && found[0].Verdict == prentice.Refuse {
		return decisionOf(found)
	}
	return prentice.Decision{Verdict: prentice.Allow, Rules: []string{"roles"}, Reasons: []string{"No rule refuses it, and the role suffices."}}
}

// match is a rule that speaks, with what it says. A rule that could not be
// worked out speaks too, and refuses.
type match struct {
	*Rule
	Verdict prentice.Verdict
	Reason  string
}

// matching asks the rules in order. The first match is the one that decides.
func matching(ctx context.Context, rules []Rule, s scene) []match {
	var found []match
	for i := range rules {
		r := &rules[i]
		if !s.hears(r) {
			continue
		}
		if r.wrong != "" {
			if m, speaks := r.doubted(s); speaks {
				found = append(found, m)
			}
			continue
		}
		yes, err := r.when.Is(ctx, s.values)
		switch {
		case err != nil:
			found = append(found, match{r, prentice.Refuse, fmt.Sprintf("Rule %s could not be worked out (%v), so it refuses.", r.Name, err)})
		case yes:
			found = append(found, match{r, r.Verdict, r.Reason})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		return int(a.Verdict) - int(b.Verdict)
	})
	return found
}

// doubted is what a rule says of which no one can tell whether it speaks: it allows
// nothing, and people decide where it would have kept a change from them.
func (r *Rule) doubted(s scene) (match, bool) {
	if r.Verdict == prentice.Allow || !s.plan || s.look {
		return match{}, false
	}
	asks := *r
	asks.Approvers, asks.Expires = max(1, r.Approvers), cmp.Or(r.Expires, defaultExpiry)
	if asks.Role == "" {
		asks.Role = prentice.Approver
	}
	return match{&asks, prentice.Ask, fmt.Sprintf("It cannot be decided whether rule %s speaks of this (%s), so people decide.", r.Name, r.wrong)}, true
}

// Doubted lists the rules of a policy in force that must be spelt anew.
func (p *Policy) Doubted() []prentice.Finding {
	var findings []prentice.Finding
	for _, r := range p.Rules() {
		if r.wrong != "" {
			findings = append(findings, prentice.Finding{At: r.At, Error: true, Text: fmt.Sprintf("rule %s: %s", r.Name, r.wrong), Hint: "spell it right in policy.yaml, and adopt that with: prentice policy adopt"})
		}
	}
	return findings
}

func decisionOf(found []match) prentice.Decision {
	first := found[0]
	d := prentice.Decision{Verdict: first.Verdict}
	if d.Verdict == prentice.Ask {
		d.Approvers, d.Role, d.Expires = first.Approvers, first.Role, first.Expires
		d.From, d.NeedsReason = slices.Clone(first.From), first.NeedsReason
	}
	for _, f := range found {
		d.Rules = append(d.Rules, f.Name)
		d.Reasons = append(d.Reasons, f.Reason)
	}
	return d
}

func refusal(rule, reason string) prentice.Decision {
	return prentice.Decision{Verdict: prentice.Refuse, Rules: []string{rule}, Reasons: []string{reason}}
}
