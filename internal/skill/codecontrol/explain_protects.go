package codecontrol

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/op"
)

// Protecting is what protects the branches of a repository, as it is now.
type Protecting struct {
	Hosted
	Branches  []string // that the queue alone moves; patterns among them
	Asks      string   // what the branch that counts asks of review
	Approvals int
	Approvers []string // who may say yes, and may break the glass
	Empty     bool     // nothing was pushed yet
	Clone     string   // where git reaches it
}

// May says who may say yes.
func (p Protecting) May() string {
	if len(p.Approvers) == 0 {
		return "no one yet: give someone the role approver"
	}
	return listed(p.Approvers)
}

// Refusals are the pushes that were refused in a while, by their rules.
type Refusals struct {
	Days  int
	Total int
	More  bool // there were more than were counted
	Rules []string
	Glass int // changes that landed without what they lacked
}

// refusedFor is how far back refusals are counted.
const refusedFor = 30 * 24 * time.Hour

// mostExplained is of how many repositories it is said what protects them.
const mostExplained = 20

// protecting is what protects each repository.
func (k *Desk) protecting(ctx context.Context, list []Hosted) (out []Protecting, err error) {
	for _, h := range list[:min(len(list), mostExplained)] {
		p := Protecting{Hosted: h, Branches: []string{h.Branch}, Asks: change.Usual().Text(), Approvals: change.Usual().Approvals}
		patterns, err := k.patterns(ctx, h.Name)
		if err != nil {
			return nil, err
		}
		p.Branches = append(p.Branches, patterns...)
		if k.Deps.HTTP != nil && k.Deps.HTTP() != "" {
			p.Clone = k.Deps.HTTP() + h.Name + ".git"
		}
		members, err := k.members(ctx, h.Name)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if m.Approves {
				p.Approvers = append(p.Approvers, m.Person.Name())
			}
		}
		if err := k.asked(ctx, &p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// asked reads what the branch that counts asks of review. Rules that cannot be read are
// said, for then nothing lands.
func (k *Desk) asked(ctx context.Context, p *Protecting) error {
	if k.reviews() != nil || p.State == Making {
		return nil
	}
	code, err := k.Open(ctx, p.Name)
	if err != nil {
		p.Asks = err.Error()
		return nil
	}
	defer code.Close() //nolint:errcheck // it was only read
	rules, tip, err := rulesOf(ctx, code, p.Branch)
	switch {
	case tip == "" && prentice.KindOf(err) == prentice.NotFound:
		p.Empty = true
	case err != nil:
		p.Asks = err.Error()
	default:
		p.Asks, p.Approvals = rules.Text(), rules.Approvals
	}
	return ctx.Err()
}

// refusals counts what was refused in the last month.
func (k *Desk) refusals(ctx context.Context) (r Refusals, err error) {
	r.Days = int(refusedFor.Hours() / 24)
	if k.Lines == nil {
		return r, nil
	}
	lines, err := k.Lines(ctx, "push.refused", k.now().Add(-refusedFor))
	if err != nil {
		return r, err
	}
	rules := map[string]int{}
	for _, l := range lines {
		var of struct{ Rule string }
		if json.Unmarshal(l.Data, &of) == nil && of.Rule != "" {
			rules[of.Rule]++
		}
	}
	r.Total, r.More = len(lines), len(lines) == mostLines
	for rule, n := range rules {
		r.Rules = append(r.Rules, fmt.Sprintf("%s %d", rule, n))
	}
	slices.Sort(r.Rules)
	glass, err := k.Lines(ctx, "change.break-glass", k.now().Add(-refusedFor))
	r.Glass = len(glass)
	return r, err
}

// Often is how often a change landed without what it lacked.
func (r Refusals) Often() string { return op.Count(r.Glass, "time", "times") }

// mostLines is how many lines of evidence of one kind are counted.
const mostLines = 500

// Says is what was refused, for people.
func (r Refusals) Says() string {
	if r.Total == 0 {
		return fmt.Sprintf("no push was refused in the last %d days", r.Days)
	}
	says := op.Count(r.Total, "push was refused", "pushes were refused")
	if r.More {
		says = "at least " + says
	}
	return fmt.Sprintf("%s in the last %d days: %s", says, r.Days, strings.Join(r.Rules, ", "))
}

// listed is names as people say them, the first ten.
func listed(names []string) string {
	if more := len(names) - 10; more > 0 {
		return strings.Join(names[:10], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}
