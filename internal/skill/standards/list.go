package standards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

// ListIn says of which repository.
type ListIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Listed are the rules that apply to a repository.
type Listed struct {
	Rules []RuleLine `json:"rules"`
}

// RuleLine is a rule, in short.
type RuleLine struct {
	ID       string          `json:"id"`
	Says     string          `json:"says"`
	Severity claims.Severity `json:"severity"`
	Kind     string          `json:"kind"`
	Source   string          `json:"source,omitempty"`
	Trouble  string          `json:"trouble,omitempty"` // why it cannot be judged
}

// Table implements op.Tabler.
func (l Listed) Table() ([]string, [][]string) {
	var rows [][]string
	for _, r := range l.Rules {
		rows = append(rows, []string{r.ID, string(r.Severity), r.Kind, orText(r.Trouble, r.Says)})
	}
	return []string{"RULE", "SEVERITY", "KIND", "WHAT HOLDS"}, rows
}

// Empty implements op.Emptier.
func (Listed) Empty() string {
	return "No rule applies to this repository. Rules of your own will stand here: write one into .prentice/standards."
}

func listOp(d Deps) op.Op {
	return op.New("check.list", prentice.Look, prentice.Viewer, "List the rules that a repository is checked by", d.list).
		WithExample("prentice check list").WithoutState().OnlyHere().WithHelp("Lists the rules that apply to the repository of the current folder: the built-in ones, the team's, and the repository's own. Nothing is judged.")
}

func (d Deps) list(ctx context.Context, _ op.Call, in ListIn) (Listed, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Listed{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	rules, silent := d.judgeOf(l, false).Rules(ctx, l.rules)
	out := Listed{Rules: []RuleLine{}}
	for _, r := range rules {
		out.Rules = append(out.Rules, RuleLine{r.ID, r.Says + detected(r.Detected), r.Severity, r.Kind, r.Source, ""})
	}
	for _, s := range silent {
		out.Rules = append(out.Rules, RuleLine{s.Rule.ID, s.Rule.Says, s.Rule.Severity, s.Rule.Kind, s.Rule.Source, s.Outcome.Reason})
	}
	return out, nil
}

// ProveIn says which rules.
type ProveIn struct {
	Rules []string `json:"rules,omitempty" arg:"1" maxItems:"100" maxLength:"200" example:"containers" doc:"Only these rules, or all of these standards."`
	Dir   string   `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Proved says which rules have teeth.
type Proved struct {
	Rules    []Proof `json:"rules"`
	Proven   int     `json:"proven"`
	Unproven int     `json:"unproven"`
	Exempt   int     `json:"exempt"` // they run commands, whose end is the verdict
}

// Proof is of one rule.
type Proof struct {
	ID    string   `json:"id"`
	Wrong []string `json:"wrong,omitempty"`
}

// Text implements op.Texter.
func (p Proved) Text() string {
	var b strings.Builder
	for _, r := range p.Rules {
		for _, why := range r.Wrong {
			fmt.Fprintf(&b, "■ %s: %s\n", r.ID, line(why))
		}
	}
	sign := "●"
	if p.Unproven > 0 {
		sign = "■"
	}
	fmt.Fprintf(&b, "%s %s proven: each fails where it must and passes where it must; %d unproven", sign, op.Count(p.Proven, "rule is", "rules are"), p.Unproven)
	if p.Exempt > 0 {
		fmt.Fprintf(&b, "; %s commands and need no example", op.Count(p.Exempt, "runs", "run"))
	}
	return b.String() + "\n"
}

// ExitCode implements op.Ender.
func (p Proved) ExitCode() int {
	switch {
	case p.Unproven > 0:
		return op.NotWell
	case p.Proven+p.Exempt == 0:
		return op.NotKnown
	}
	return 0
}

func proveOp(d Deps) op.Op {
	return op.New("check.prove", prentice.Look, prentice.Viewer, "See each rule fail where it must, and pass where it must", d.prover).
		WithExample("prentice check prove").WithoutState().OnlyHere().WithHelp("Judges the violation and the pass that each rule carries. A rule that was not seen to fail on its violation is unproven, and blocks nothing. The exit code is 9 where one is.")
}

func (d Deps) prover(ctx context.Context, _ op.Call, in ProveIn) (Proved, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Proved{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	j := d.judgeOf(l, false)
	rules, silent := j.Rules(ctx, l.rules)
	if rules, err = only(rules, in.Rules); err != nil {
		return Proved{}, err
	}
	out := Proved{Rules: []Proof{}}
	for _, r := range rules {
		wrong := j.Toothless(ctx, r)
		switch {
		case ctx.Err() != nil:
			return Proved{}, prentice.Errorf(prentice.Canceled, "interrupted: %s were proven", op.Count(out.Proven, "rule", "rules"))
		case len(wrong) > 0:
			out.Unproven++
		case j.Commands(r):
			out.Exempt++
		default:
			out.Proven++
		}
		out.Rules = append(out.Rules, Proof{r.ID, wrong})
	}
	for _, s := range silent {
		out.Unproven++
		out.Rules = append(out.Rules, Proof{s.Rule.ID, []string{s.Outcome.Reason}})
	}
	slices.SortFunc(out.Rules, func(a, b Proof) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// rule is the one of that name.
func ruleOf(rules []check.Rule, name string) (check.Rule, error) {
	name = strings.TrimPrefix(name, "rule/")
	for _, r := range rules {
		if r.ID == name {
			return r, nil
		}
	}
	return check.Rule{}, noRule(rules, name)
}

var (
	_ op.Tabler  = Listed{}
	_ op.Emptier = Listed{}
	_ op.Texter  = Proved{}
	_ op.Ender   = Proved{}
)
