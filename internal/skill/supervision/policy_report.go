package supervision

import (
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/op"
)

// Table is a policy as a table.
type Table struct{ policy.Table }

// Text implements op.Texter.
func (t Table) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d cells (%d procedures, %d places, %d actors, %d classes of hours in %s): %d refused, %d asked, %d allowed\n",
		t.Cells, t.Procedures, len(t.Places), len(t.Actors), len(t.Times), t.Zone, t.Refused, t.Asked, t.Allowed)
	last := ""
	for _, r := range t.Rows {
		if head := r.Procedure + " (" + r.Risk + ")"; head != last {
			fmt.Fprintf(&b, "\n%s\n", head)
			last = head
		}
		fmt.Fprintf(&b, "  %-12s %s; %s; %s  [%s]\n", strings.Replace(verdictText(prentice.Decision{Verdict: r.Verdict, Approvers: r.Approvers}), "asked of", "ask", 1), who(r.Actors, len(t.Actors)), strings.Join(r.Places, ", "), r.Times, r.Rule)
	}
	if len(t.Held) > 0 {
		fmt.Fprintf(&b, "\nEvery cell holds these still, though rules look at them: %s\n", strings.Join(t.Held, ", "))
	}
	findings(&b, "Holes", len(t.Holes), func(i int) string {
		h := t.Holes[i]
		return fmt.Sprintf("%s: %s (%s) for %s in %s, %s: %s by %s; %s (%s)", h.Kind, strings.Join(h.Procedures, ", "), h.Risk, who(h.Actors, len(t.Actors)),
			strings.Join(h.Places, ", "), h.Times, pastWords[h.Verdict], h.Rule, h.Says, op.Count(h.Cells, "cell", "cells"))
	})
	findings(&b, "Contradictions", len(t.Contradictions), func(i int) string {
		c := t.Contradictions[i]
		return fmt.Sprintf("%s and %s have one priority and want different things of %s, such as %s; the stricter decides", c.Rules[0], c.Rules[1], op.Count(c.Cells, "cell", "cells"), c.Where)
	})
	findings(&b, "Rules that decide nothing", len(t.Silent), func(i int) string { return SilentText(t.Silent[i]) })
	return b.String()
}

// SilentText says why a rule decides nothing.
func SilentText(s policy.SilentRule) string {
	if s.Behind == "" {
		return fmt.Sprintf("%s (%s) matches nothing that was tried", s.Rule, s.At)
	}
	return fmt.Sprintf("%s (%s) matches, and %s decides", s.Rule, s.At, s.Behind)
}

func who(actors []string, all int) string {
	if len(actors) == all {
		return "everyone"
	}
	return strings.Join(actors, ", ")
}

func findings(b *strings.Builder, title string, n int, line func(int) string) {
	fmt.Fprintf(b, "\n%s: ", title)
	if n == 0 {
		b.WriteString("none\n")
		return
	}
	fmt.Fprintf(b, "%d\n", n)
	for i := range n {
		fmt.Fprintf(b, "  ▲ %s\n", line(i))
	}
}

// Tested is what came of a team's cases.
type Tested struct {
	policy.CaseResults
	op.Findings
}

// ExitCode implements op.Ender.
func (t Tested) ExitCode() int {
	if t.Failed > 0 {
		return op.NotWell
	}
	return t.Findings.ExitCode()
}

// Text implements op.Texter.
func (t Tested) Text() string {
	cases := make([]op.TriedCase, len(t.Cases))
	for i, c := range t.Cases {
		cases[i] = op.TriedCase{Name: c.Name, Want: c.Want, Says: c.Says, At: c.At}
	}
	return t.Lines("") + op.CasesText(cases, "No case reached", t.Unreached)
}

// Replayed is past decisions judged again.
type Replayed struct {
	policy.Replay
	op.Findings
}

// Text implements op.Texter.
func (r Replayed) Text() string {
	var b strings.Builder
	if b.WriteString(r.Lines("")); r.Errors > 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "%s since %s, judged by %s\n", op.Count(r.Decisions, "decision", "decisions"), op.At(r.Since), r.Policy)
	others := 0
	for _, p := range r.Then {
		if p.Policy != r.Policy {
			others += p.Decisions
		}
	}
	if others > 0 {
		fmt.Fprintf(&b, "%d of them were made by another policy.\n", others)
	}
	if r.Unread > 0 {
		fmt.Fprintf(&b, "▲ %s cannot be read and %s not judged: %s. What is wrong with one is told by: prentice run show\n",
			op.Count(r.Unread, "more decision", "more decisions"), isAre(r.Unread), refList(r.UnreadRuns))
	}
	if r.Identical == r.Decisions {
		fmt.Fprintf(&b, "All %d are identical.\n", r.Decisions)
		return b.String()
	}
	fmt.Fprintf(&b, "%d are identical, %d differ:\n", r.Identical, r.Decisions-r.Identical)
	for _, c := range r.Changed {
		fmt.Fprintf(&b, "  %-7s → %-7s %d\n", c.Was, c.Would, c.Count)
	}
	b.WriteString("\n")
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "  %s  %s on %s, requested by %s at %s: %s by %s, now %s by %s\n", d.Run, d.Procedure, orNothing(string(d.Subject)), d.Requester, op.At(d.Time),
			verdictText(d.Was), first(d.Was.Rules), verdictText(d.Would), first(d.Would.Rules))
	}
	if n := r.Decisions - r.Identical - len(r.Differences); n > 0 {
		fmt.Fprintf(&b, "  … and %d more\n", n)
	}
	return b.String()
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func first(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return list[0]
}
