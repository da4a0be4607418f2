package policy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/expr"
)

// mostAsked bounds how often the policy is asked for one explanation.
const mostAsked = 20_000

// Why says which rules heard a moment, which of them decided, which would have
// spoken but for one fact, and the smallest change of facts that leads to each
// other verdict: fewest facts first, then fewest steps of their scales, then the
// order in which people would think of them. Every change was tried.
func (p *Policy) Why(ctx context.Context, m prentice.Moment) Why {
	w := Why{Time: m.Now, Zone: p.Zone().String(), Actor: m.Actor, Op: m.Op, Decision: p.Decide(ctx, m), Rules: []RuleHeard{}}
	if m.Plan != nil {
		w.Procedure, w.Subject, w.Risk, w.Targets = m.Plan.Procedure, m.Plan.Subject, m.Plan.Risk.String(), len(m.Plan.Targets)
	}
	if p == nil {
		return w
	}
	e := p.examine(ctx, m)
	w.Rules, w.Near, w.Changes = e.heard(w.Decision), e.near(), e.changes(w.Decision)
	return w
}

// trial is one fact at another value.
type trial struct {
	fact   fact
	change FactChange
	other
	moment prentice.Moment
}

type examination struct {
	ctx    context.Context
	policy *Policy
	moment prentice.Moment
	trials []trial // in the order of facts, then of steps
	asked  int
}

func (p *Policy) examine(ctx context.Context, m prentice.Moment) *examination {
	e := &examination{ctx: ctx, policy: p, moment: m}
	looks := mentioned(p.Rules())
	for _, f := range p.facts(looks) {
		if f.plan && m.Plan == nil {
			continue
		}
		list := f.others(m, looks[f.name])
		slices.SortStableFunc(list, func(a, b other) int { return cmp.Compare(a.steps, b.steps) })
		for _, o := range list {
			then := m
			o.set(&then)
			o.steps += f.far
			e.trials = append(e.trials, trial{f, FactChange{Fact: f.name, Is: f.is(m), Were: o.value}, o, then})
		}
	}
	return e
}

func (e *examination) decide(m prentice.Moment) prentice.Decision {
	e.asked++
	return e.policy.Decide(e.ctx, m)
}

func (e *examination) heard(d prentice.Decision) []RuleHeard {
	list := []RuleHeard{}
	s := see(e.moment, e.policy.Zone())
	for _, r := range e.policy.Rules() {
		list = append(list, RuleHeard{RuleView: r.View(), Matched: e.policy.speaks(e.ctx, r, s), Decided: len(d.Rules) > 0 && d.Rules[0] == r.Name})
	}
	return list
}

// speaks says whether a rule matches; one that cannot be worked out does.
func (p *Policy) speaks(ctx context.Context, r Rule, s scene) bool {
	if !s.hears(&r) {
		return false
	}
	yes, err := r.when.Is(ctx, s.values)
	return yes || err != nil
}

// near is the rules of the team that were silent and need but one other fact.
func (e *examination) near() []NearMiss {
	var list []NearMiss
	now := see(e.moment, e.policy.Zone())
	for _, r := range e.policy.team {
		if e.policy.speaks(e.ctx, r, now) {
			continue
		}
		var best *trial
		for i := range e.trials {
			t := &e.trials[i]
			if (best == nil || t.steps < best.steps) && r.looksAt(t.fact.name) && e.policy.speaks(e.ctx, r, see(t.moment, e.policy.Zone())) {
				best = t
			}
		}
		if best != nil {
			list = append(list, NearMiss{Rule: r.Name, Verdict: r.Verdict, Fact: best.change})
		}
	}
	return list
}

func (r Rule) looksAt(path string) bool {
	return slices.ContainsFunc(r.looks, func(m expr.Mention) bool { return m.Path == path })
}

// changes finds the smallest change for each other verdict.
func (e *examination) changes(now prentice.Decision) []WhatIf {
	best := map[prentice.Verdict]found{}
	note := func(d prentice.Decision, steps int, facts ...FactChange) {
		if old, ok := best[d.Verdict]; d.Verdict != now.Verdict && (!ok || len(facts) < len(old.Facts) || len(facts) == len(old.Facts) && steps < old.steps) {
			best[d.Verdict] = foundAt(d, steps, facts)
		}
	}
	for _, t := range e.trials {
		note(e.decide(t.moment), t.steps, t.change)
	}
	if len(best) < 2 {
		e.pairs(note)
	}
	var list []WhatIf
	for _, verdict := range []prentice.Verdict{prentice.Allow, prentice.Ask, prentice.Refuse} {
		if f, ok := best[verdict]; ok {
			list = append(list, f.WhatIf)
		}
	}
	slices.SortStableFunc(list, func(a, b WhatIf) int {
		return cmp.Or(cmp.Compare(len(a.Facts), len(b.Facts)), cmp.Compare(best[a.Verdict].steps, best[b.Verdict].steps))
	})
	return list
}

// found is a change with how far away it is.
type found struct {
	WhatIf
	steps int
}

func foundAt(d prentice.Decision, steps int, facts []FactChange) found {
	return found{WhatIf{Verdict: d.Verdict, Approvers: d.Approvers, Rule: d.Rules[0], Facts: slices.Clone(facts)}, steps}
}

// pairs tries two facts at once, the nearest values first where there are too
// many.
func (e *examination) pairs(note func(prentice.Decision, int, ...FactChange)) {
	for i, a := range e.trials {
		for _, b := range e.trials[i+1:] {
			if a.fact.name == b.fact.name {
				continue
			}
			if e.asked >= mostAsked {
				return
			}
			both := a.moment
			b.set(&both)
			note(e.decide(both), a.steps+b.steps, a.change, b.change)
		}
	}
}

// ofWhom names the groups and people whom a rule asks, unless it asks everyone.
func ofWhom(from []prentice.Ref) string {
	if len(from) == 0 {
		return ""
	}
	names := make([]string, len(from))
	for i, ref := range from {
		names[i] = string(ref)
	}
	return " of " + strings.Join(names, " or ")
}

// View is a rule as people read it.
func (r Rule) View() RuleView {
	v := RuleView{Name: r.Name, Priority: r.Priority, When: r.When, Verdict: r.Verdict, Reason: r.Reason, BuiltIn: r.BuiltIn, At: r.At}
	if r.Verdict == prentice.Ask {
		v.Asks = fmt.Sprintf("%d with the role %s%s, for %s", r.Approvers, r.Role, ofWhom(r.From), strings.TrimSuffix(r.Expires.String(), "0m0s"))
	}
	return v
}
