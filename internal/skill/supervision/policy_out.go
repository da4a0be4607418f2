package supervision

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/op"
)

// PolicyShown is the policy in force, what waits, and what the table finds.
type PolicyShown struct {
	policy.State
	Table TableSummary `json:"table"`
}

// TableSummary is a policy's table in numbers, with what is wrong in it.
type TableSummary struct {
	Cells          int                    `json:"cells"`
	Refused        int                    `json:"refused"`
	Asked          int                    `json:"asked"`
	Allowed        int                    `json:"allowed"`
	Holes          []policy.Hole          `json:"holes"`
	Contradictions []policy.Contradiction `json:"contradictions"`
	Silent         []policy.SilentRule    `json:"silent"`
	Heat           Heat                   `json:"heat"`
}

func summary(t policy.Table) TableSummary {
	return TableSummary{t.Cells, t.Refused, t.Asked, t.Allowed, t.Holes, t.Contradictions, t.Silent, heatOf(t)}
}

// Text implements op.Texter.
func (p PolicyShown) Text() string {
	var b strings.Builder
	f := p.InForce
	fmt.Fprintf(&b, "In force  %s\n          %s\n          hours are those of %s\n\n", f.Digest, adoptedText(f.Since, f.By, f.Reason), f.Zone)
	for _, r := range f.Rules {
		from := "built in"
		if !r.BuiltIn {
			from = fmt.Sprint("priority ", r.Priority)
		}
		fmt.Fprintf(&b, "  %s: %s (%s)\n      when %s\n      %s\n", r.Name, strings.TrimSpace(r.Verdict.String()+" "+r.Asks), from, r.When, r.Reason)
	}
	t := p.Table
	fmt.Fprintf(&b, "\nTable     %d cells: %d refused, %d asked, %d allowed; %d holes, %d contradictions, %d rules that decide nothing. See: prentice policy table\n",
		t.Cells, t.Refused, t.Asked, t.Allowed, len(t.Holes), len(t.Contradictions), len(t.Silent))
	if p.Pending != nil {
		b.WriteString("\n" + pendingText(*p.Pending))
	}
	if g := p.PendingGroups; g != nil {
		fmt.Fprintf(&b, "\n▲ who is in which group, or what belongs to whom, was edited and waits: %s\n%s  Bring them into force with: prentice policy adopt-groups --digest %s --reason '…'\n\n%s", g.Digest, votesText(*g), g.Digest, g.Diff)
	}
	return b.String()
}

// adoptedText is since when a policy is in force and by whom. Before the first start
// no one has adopted one.
func adoptedText(since time.Time, by []prentice.Ref, reason string) string {
	if since.IsZero() {
		return "adopted by no one yet: the first start does it"
	}
	return fmt.Sprintf("since %s, adopted by %s: %s", op.At(since), refList(by), reason)
}

func pendingText(p policy.Pending) string {
	var b strings.Builder
	if p.Digest == "" {
		b.WriteString("▲ policy.yaml was edited and cannot be adopted:\n" + op.Found(p.Findings).Lines("  "))
		return b.String() + "\n" + p.Diff
	}
	fmt.Fprintf(&b, "▲ policy.yaml was edited and waits: %s\n%s", p.Digest, op.Found(p.Findings).Lines("  "))
	return b.String() + votesText(p) + "  Bring it into force with: prentice policy adopt --digest " + p.Digest + " --reason '…'\n\n" + p.Diff
}

// votesText says how far a pending policy, or pending groups, are.
func votesText(p policy.Pending) string {
	var b strings.Builder
	if p.Refused != "" {
		fmt.Fprintf(&b, "  The policy in force refuses it from you: %s\n", p.Refused)
	} else {
		fmt.Fprintf(&b, "  The policy in force asks for %s.\n", op.Count(p.Needs, "owner", "different owners"))
	}
	for _, v := range p.Votes {
		fmt.Fprintf(&b, "  %s adopted it at %s, good until %s: %s\n", v.Actor, op.At(v.Time), op.At(v.Expires), v.Reason)
	}
	return b.String()
}

// Adopted is what came of a wish to adopt a policy.
type Adopted struct{ policy.Adoption }

// Text implements op.Texter.
func (a Adopted) Text() string {
	if a.Adopted {
		return fmt.Sprintf("In force now: %s\n", a.Digest)
	}
	return fmt.Sprintf("%d of %d owners have adopted %s; another owner must.\n", a.Votes, a.Needs, a.Digest)
}

// Why is how the policy comes to a decision.
type Why struct{ policy.Why }

// Text implements op.Texter.
func (w Why) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s: %s\n", verdictText(w.Decision), w.Decision.Rules[0], w.Decision.Reasons[0])
	if w.Was != nil {
		fmt.Fprintf(&b, "Another policy decided then: %s by %s: %s\n", verdictText(*w.Was), strings.Join(w.Was.Rules, ", "), strings.Join(w.Was.Reasons, "; "))
	}
	fmt.Fprintf(&b, "\nAsked     %s by %s (%s) through %s", w.Op, w.Actor.Ref(), w.Actor.Role, w.Actor.Door)
	if w.Procedure != "" {
		fmt.Fprintf(&b, ": %s on %s, %s, %s", w.Procedure, orNothing(string(w.Subject)), w.Risk, op.Count(w.Targets, "host", "hosts"))
	}
	fmt.Fprintf(&b, "\nWhen      %s\n", w.At())
	for _, c := range w.Changes {
		fmt.Fprintf(&b, "\nIt would be %s by %s, if %s\n", verdictText(prentice.Decision{Verdict: c.Verdict, Approvers: c.Approvers}), c.Rule, factsText(c.Facts))
	}
	if len(w.Changes) == 0 {
		b.WriteString("\nNo change of one or two facts that rules look at gives another verdict.\n")
	}
	b.WriteString("\nRules that match, the one that decides first\n")
	for _, r := range w.Rules {
		if r.Matched {
			mark := " "
			if r.Decided {
				mark = "→"
			}
			fmt.Fprintf(&b, "  %s %s (%s): %s\n", mark, r.Name, r.Verdict, r.Reason)
		}
	}
	for i, n := range w.Near {
		if i == 0 {
			b.WriteString("\nRules that one other fact would wake\n")
		}
		fmt.Fprintf(&b, "    %s (%s), if %s\n", n.Rule, n.Verdict, factsText([]policy.FactChange{n.Fact}))
	}
	return b.String()
}

// At is the moment in the policy's zone.
func (w Why) At() string {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	return w.Time.In(zone).Format("Monday 2006-01-02 15:04 ") + w.Zone
}

// Facts is a change in words.
func (w Why) Facts(list []policy.FactChange) string { return factsText(list) }

// Verdict is a decision in words.
func (w Why) Verdict(verdict prentice.Verdict, approvers int) string {
	return verdictText(prentice.Decision{Verdict: verdict, Approvers: approvers})
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func factsText(list []policy.FactChange) string {
	var parts []string
	for _, f := range list {
		is, were := f.Is, f.Were
		if is == "" {
			is = "nothing"
		}
		if were == "" {
			were = "nothing"
		}
		parts = append(parts, fmt.Sprintf("%s were %s instead of %s", f.Fact, were, is))
	}
	return strings.Join(parts, " and ")
}

var pastWords = map[prentice.Verdict]string{prentice.Refuse: "refused", prentice.Ask: "asked", prentice.Allow: "allowed"}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func verdictText(d prentice.Decision) string {
	if d.Verdict == prentice.Ask && d.Approvers > 0 {
		return "asked of " + people(d.Approvers)
	}
	return pastWords[d.Verdict]
}
