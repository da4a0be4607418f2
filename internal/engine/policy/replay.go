package policy

import (
	"cmp"
	"context"
	"slices"
	"time"

	"prentice"
)

// mostDifferences is how many differing decisions a replay names; it counts all.
const mostDifferences = 200

// Replay judges past decisions again by this policy. past hands over one after
// the other, so that a replay of any length needs no more memory than a short
// one. The same rules always give the same answers, because a decision is made
// of nothing but its moment.
func (p *Policy) Replay(ctx context.Context, since time.Time, past func(func(prentice.Decided) error) error) (Replay, error) {
	r := Replay{Since: since, Policy: p.Digest(), Changed: []VerdictChange{}, Differences: []ReplayDifference{}, Then: []Count{}}
	changed, then := map[[2]prentice.Verdict]int{}, map[string]int{}
	err := past(func(d prentice.Decided) error {
		if d.Unread != "" {
			if r.Unread++; len(r.UnreadRuns) < mostDifferences {
				r.UnreadRuns = append(r.UnreadRuns, prentice.Run{Number: d.Run}.Ref())
			}
			return nil
		}
		would := p.Decide(ctx, d.Moment)
		r.Decisions++
		then[d.Decision.Policy]++
		if same(d.Decision, would) {
			r.Identical++
			return nil
		}
		changed[[2]prentice.Verdict{d.Decision.Verdict, would.Verdict}]++
		if len(r.Differences) < mostDifferences {
			r.Differences = append(r.Differences, differenceOf(d, would))
		}
		return nil
	})
	for way, n := range changed {
		r.Changed = append(r.Changed, VerdictChange{Was: way[0].String(), Would: way[1].String(), Count: n})
	}
	slices.SortFunc(r.Changed, func(a, b VerdictChange) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Was+a.Would, b.Was+b.Would))
	})
	for digest, n := range then {
		r.Then = append(r.Then, Count{Policy: digest, Decisions: n})
	}
	slices.SortFunc(r.Then, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Decisions, a.Decisions), cmp.Compare(a.Policy, b.Policy))
	})
	return r, err
}

// same says whether two decisions ask the same of people: how they are worded
// and how long they stand does not matter.
func same(a, b prentice.Decision) bool {
	return a.Verdict == b.Verdict && a.Approvers == b.Approvers && a.Role == b.Role
}

func differenceOf(d prentice.Decided, would prentice.Decision) ReplayDifference {
	diff := ReplayDifference{Run: prentice.Run{Number: d.Run}.Ref(), Requester: d.Moment.Actor.Ref(), Time: d.Moment.Now, Was: d.Decision, Would: would}
	if plan := d.Moment.Plan; plan != nil {
		diff.Procedure, diff.Subject = plan.Procedure, plan.Subject
	}
	return diff
}
