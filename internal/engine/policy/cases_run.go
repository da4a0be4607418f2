package policy

import (
	"context"
	"fmt"
	"slices"

	"prentice"
)

// Test asks the policy about every case, and says which rules of the team
// decided none: no one has seen those decide.
func (p *Policy) Test(ctx context.Context, cases []Case, render Renderer) CaseResults {
	t := CaseResults{Cases: []CaseResult{}, Unreached: []string{}}
	reached := map[string]bool{}
	for _, c := range cases {
		one := p.try(ctx, c, render)
		if !one.Pass {
			t.Failed++
		}
		if len(one.Got.Rules) > 0 {
			reached[one.Got.Rules[0]] = true
		}
		t.Cases = append(t.Cases, one)
	}
	for _, r := range p.team {
		if !reached[r.Name] {
			t.Unreached = append(t.Unreached, r.Name)
		}
	}
	return t
}

func (p *Policy) try(ctx context.Context, c Case, render Renderer) CaseResult {
	one := CaseResult{Name: c.Name, Want: wants(c), At: c.At}
	m := c.Moment
	if c.Request.Procedure != "" {
		plan, err := render(ctx, c.Request)
		if err != nil {
			one.Says = "it gives no plan: " + err.Error()
			return one
		}
		m.Plan = &plan
	}
	for _, f := range c.adjust {
		f(onPlan(&m))
	}
	if m.Plan != nil {
		op := prentice.OpFor(m.Plan.Procedure)
		if m.Op != "" && m.Op != op {
			one.Says = fmt.Sprintf("its plan is judged as %s, not %s; leave op out", op, m.Op)
			return one
		}
		m.Op = op
	}
	one.Got = p.Heard(ctx, m)
	one.Says = c.differs(one.Got)
	one.Pass = one.Says == ""
	return one
}

func wants(c Case) string {
	text := c.Expect.String()
	if c.Approvers > 0 {
		text += fmt.Sprintf(" %d", c.Approvers)
	}
	if c.Rule != "" {
		text += " by " + c.Rule
	}
	return text
}

// differs says what is not as expected, or "".
func (c Case) differs(d prentice.Decision) string {
	switch {
	case d.Verdict != c.Expect:
		return fmt.Sprintf("wanted %s, got %s by %s", c.Expect, d.Verdict, d.Rules[0])
	case c.Approvers > 0 && d.Approvers != c.Approvers:
		return fmt.Sprintf("wanted %d approvers, got %d by %s", c.Approvers, d.Approvers, d.Rules[0])
	case c.Rule == "" || d.Rules[0] == c.Rule:
		return ""
	case slices.Contains(d.Rules, c.Rule):
		return fmt.Sprintf("%s matches, but %s decides", c.Rule, d.Rules[0])
	default:
		return fmt.Sprintf("%s does not match; %s decides", c.Rule, d.Rules[0])
	}
}
