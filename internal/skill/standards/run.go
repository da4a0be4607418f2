package standards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// RunIn says what to check.
type RunIn struct {
	Which
	Only    []string `json:"only,omitempty" maxItems:"100" maxLength:"200" example:"containers" doc:"Only these rules, or all of these standards."`
	Against string   `json:"baseline,omitempty" enum:"osps" doc:"Answer the controls of a baseline from what the rules say."`
	Fresh   bool     `json:"fresh,omitempty" doc:"Judge anew what was judged before."`
	Quick   bool     `json:"quick,omitempty" doc:"Leave out what runs commands: the checks in .prentice/checks, and rules that are scripts. They are not judged."`
	Secret  []string `json:"secret,omitempty" maxItems:"20" maxLength:"60" example:"npm-token" doc:"Give this secret to the checks that name it; without it they get none, and are unknown."`
	Within  string   `json:"within,omitempty" maxLength:"20" example:"2m" doc:"How long what runs commands may take; what is not judged then is unknown."`
	Report  string   `json:"report,omitempty" enum:"sarif,junit,github,html" doc:"Print a report for a program, and not for people."`
}

func runOp(d Deps) op.Op {
	return op.New("check.run", prentice.Look, prentice.Viewer, "Check a repository against the standards", d.run).
		WithExample("prentice check run").AlsoTyped("check").WithoutState().OnlyHere().WithHelp(
		"Finds the git repository of the current folder and judges its content by every rule that applies: the built-in standards, those of the team folder, and those of the repository. It needs neither server nor configuration, writes nothing but what it judged into the repository's .git/prentice, and into your cache folder that the sandbox was tried, and runs nothing that the repository's settings name. What the repository keeps in .prentice/checks is performed in a sandbox that reaches nothing of this machine; --quick leaves it out, and rules that are scripts.\n\n" +
			"A verdict belongs to what was looked at: what has not changed is not judged again. --fresh judges all anew.\n\n" +
			"A check that names secrets gets those that --secret names, from where your prentice keeps them, and is unknown without them. Name one only for a repository whose steps you trust with it.\n\n" +
			"With --changed the rules, waivers and baseline of the base decide, never those of the change, and what was wrong there already does not count.\n\n" +
			"The exit code is 0 where no rule that blocks is broken, 9 where one is, and 10 where one cannot be judged or nothing was; see prentice help exit-codes.")
}

func (d Deps) run(ctx context.Context, _ op.Call, in RunIn) (Checked, error) {
	began := d.now()
	if _, err := in.within(); err != nil {
		return Checked{}, err
	}
	l, err := d.look(ctx, in.Which)
	if err != nil {
		return Checked{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	l.tree.Secret = d.secretsGiven(in)
	out, err := d.judge(ctx, l, in)
	if err != nil {
		return Checked{}, err
	}
	out.Took = d.now().Sub(began).Round(time.Millisecond).String()
	out.as = in.Report
	return out, nil
}

// judge judges what is looked at, by all rules that are asked for.
func (d Deps) judge(ctx context.Context, l *looked, in RunIn) (Checked, error) {
	j := d.judgeOf(l, in.Fresh)
	j.Within, _ = in.within() // it was looked at before anything was done
	out, _, err := d.stand(ctx, j, l, in)
	return out, err
}

// within is how long what runs commands may take; zero is for ever.
func (in RunIn) within() (time.Duration, error) {
	if in.Within == "" {
		return 0, nil
	}
	long, err := span.Parse(in.Within)
	if err != nil || long <= 0 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is no time to wait for", clip.Text(in.Within)).Try("write it as 90s or 2m")
	}
	return long, nil
}

// stand is judge, with how each rule stands.
func (d Deps) stand(ctx context.Context, j check.Judge, l *looked, in RunIn) (Checked, []check.Standing, error) {
	rules, silent := j.Rules(ctx, l.rules)
	rules, own := d.withoutOwn(rules, in.Dir)
	rules, err := only(rules, in.Only)
	if err != nil {
		return Checked{}, nil, err
	}
	if in.Quick {
		rules = slices.DeleteFunc(slices.Clone(rules), j.Slow)
	}
	ask := j.All
	if l.known {
		ask = j.Known
	}
	list, note := ask(ctx, l.tree, rules)
	if prentice.KindOf(note) == prentice.Canceled || note != nil && l.known {
		return Checked{}, nil, note
	}
	out := Checked{Repository: l.tree.Name, What: l.says, Digest: l.tree.Digest, Files: len(l.tree.Files)}
	out.note(note)
	out.note(own)
	if l.wrong != nil {
		out.note(l.wrong)
		silent = append(silent, check.Judged{Rule: agreement, Outcome: check.Outcome{Rule: agreement.ID, Truth: prentice.NotSeen, Reason: oneLine(l.wrong)}})
	}
	if l.tree.Base != nil {
		d.before(ctx, j, l, list, rules, ask, &out)
	}
	if err := d.remember(ctx, j, l, in.Which, list); err != nil {
		out.note(err)
	}
	list = append(list, silent...)
	d.prove(ctx, j, list)
	standings, gone := l.agreed.Stand(d.now(), list, l.tree)
	slices.SortFunc(standings, func(a, b check.Standing) int { return cmp.Compare(a.Rule.ID, b.Rule.ID) })
	out.fill(standings, gone)
	if in.Against != "" {
		out.Controls = baseline(l.tree, out.Rules)
		verdict, _ := ofBaseline(out.Controls)
		out.Verdict = string(verdict)
	}
	return out, standings, nil
}

// agreement stands for the files of what is agreed, where they cannot be read.
var agreement = check.Rule{ID: "waivers/readable", Kind: "waivers", Says: "what the repository has agreed on can be read", Why: "Nothing is excused by a file that no one can read.", Severity: "block", Source: "built in"}

// judgeOf is who judges, with what is kept.
func (d Deps) judgeOf(l *looked, fresh bool) check.Judge {
	j := check.Judge{Now: d.now, Tell: d.telling()}
	if d.Kinds != nil {
		j.Kinds = d.Kinds()
	}
	if j.Keep = l.keep; j.Keep == nil && d.Keep != nil && l.tree.Keep != "" {
		j.Keep = d.Keep(l.tree.Keep)
	}
	if fresh && j.Keep != nil {
		j.Keep = forgetful{j.Keep}
	}
	sized := sync.Once{}
	j.Before = func(t *check.Tree) {
		if t == l.tree && t.Root != "" {
			sized.Do(func() { l.repo.Sizes(t.Files) })
		}
	}
	return j
}

// before adds what was wrong on the base to what is agreed: it is not of the change. What
// runs commands is not run there.
func (d Deps) before(ctx context.Context, j check.Judge, l *looked, list []check.Judged, rules []check.Rule, ask func(context.Context, *check.Tree, []check.Rule) ([]check.Judged, error), out *Checked) {
	if covered, err := d.covered(ctx, l, l.tree.Base); err != nil {
		out.note(err)
	} else {
		l.agreed.Old = l.agreed.Old.Raise(covered)
	}
	broken := map[string]bool{}
	for _, one := range list {
		broken[one.Rule.ID] = one.Outcome.Truth == prentice.Fail && !one.Plain
	}
	rules = slices.DeleteFunc(slices.Clone(rules), func(r check.Rule) bool { return !broken[r.ID] })
	if len(rules) == 0 {
		return
	}
	was, err := ask(ctx, l.tree.Base, rules)
	if err != nil {
		out.note(err)
	}
	var old []check.Finding
	for _, one := range was {
		if l.known && one.Outcome.Truth == prentice.NotSeen {
			unjudged(list, one)
		}
		old = append(old, one.Outcome.Findings...)
	}
	l.agreed.Old = l.agreed.Old.Join(check.BaselineOf(old))
	if err := j.Remember(ctx, l.tree.Base, was); err != nil {
		out.note(err)
	}
}

// unjudged makes a rule unknown of which it is not known whether it was broken before.
func unjudged(list []check.Judged, was check.Judged) {
	for i := range list {
		if list[i].Rule.ID == was.Rule.ID {
			list[i].Outcome = check.Outcome{Rule: was.Rule.ID, Truth: prentice.NotSeen, Reason: was.Outcome.Reason}
		}
	}
}

// remember keeps what was judged, if what was looked at is still as it was.
func (d Deps) remember(ctx context.Context, j check.Judge, l *looked, in Which, list []check.Judged) error {
	fresh := slices.ContainsFunc(list, func(one check.Judged) bool { return !one.Reused })
	if !fresh || j.Keep == nil {
		return nil
	}
	if l.tree.Root != "" {
		again, err := l.repo.Tree(ctx)
		if err != nil || again.Digest != l.tree.Digest {
			return prentice.Errorf(prentice.Conflict, "the repository was changed while it was checked, so the verdicts are not remembered").Try("check it again")
		}
	}
	return j.Remember(ctx, l.tree, list)
}

// prove looks whether the rules that are broken have teeth: what was not seen to fail
// where it must cannot block.
func (d Deps) prove(ctx context.Context, j check.Judge, list []check.Judged) {
	for i := range list {
		one := &list[i]
		// what no one could read has no examples either: that is unknown, and holds up
		unread := one.Outcome.Truth == prentice.NotSeen && len(one.Rule.Violations)+len(one.Rule.Passes) == 0
		if one.Outcome.Truth != prentice.Pass && !one.Plain && !unread && one.Rule.Severity == "block" && one.Rule.Source != "built in" {
			one.Wrong = j.Toothless(ctx, one.Rule)
		}
	}
}

// only is the rules that are asked for by name, or by the standard that they belong to.
func only(rules []check.Rule, names []string) ([]check.Rule, error) {
	if len(names) == 0 {
		return rules, nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(rules, func(r check.Rule) bool { return named(r, name) }) {
			return nil, noRule(rules, name)
		}
	}
	wanted := map[string]bool{}
	for _, r := range rules {
		if slices.ContainsFunc(names, func(name string) bool { return named(r, name) }) {
			withNeeds(rules, r, wanted)
		}
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r check.Rule) bool { return !wanted[r.ID] }), nil
}

// withNeeds marks a rule as wanted, and those that it needs.
func withNeeds(rules []check.Rule, r check.Rule, wanted map[string]bool) {
	if wanted[r.ID] {
		return
	}
	wanted[r.ID] = true
	for _, need := range r.Needs {
		if at := slices.IndexFunc(rules, func(other check.Rule) bool { return other.ID == need }); at >= 0 {
			withNeeds(rules, rules[at], wanted)
		}
	}
}

func named(r check.Rule, name string) bool {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "rule/"), "/")
	return r.ID == name || strings.HasPrefix(r.ID, name+"/")
}

// forgetful keeps and does not remember.
type forgetful struct{ check.Keeper }

// Kept implements check.Keeper.
func (forgetful) Kept(context.Context, []basis) (map[basis]check.Outcome, error) { return nil, nil }

func (d Deps) telling() func(string, int) {
	if d.Tell == nil {
		return nil
	}
	return func(kind string, done int) {
		if done < 0 {
			d.Tell("checking " + kind)
			return
		}
		d.Tell(fmt.Sprintf("checked %s: %s", kind, op.Count(done, "rule", "rules")))
	}
}
