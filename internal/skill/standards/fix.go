package standards

import (
	"context"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/op"
)

// FixIn says what to fix.
type FixIn struct {
	Rules []string `json:"rules,omitempty" arg:"1" maxItems:"100" maxLength:"200" example:"code" doc:"Only these rules, or all of these standards."`
	Write bool     `json:"write,omitempty" doc:"Write it into the files; without it, it is only shown."`
	Dir   string   `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

func fixOp(d Deps) op.Op {
	return op.New("check.fix", prentice.Look, prentice.Viewer, "Show the smallest patch for what is mechanical", d.fix).
		WithExample("prentice check fix").WithoutState().OnlyHere().ThatKeeps().WithHelp(
		"Shows a patch for each finding that a machine can fix: format, ends of lines, modes, files that are missing. What the patch makes is judged again before it is shown. It is written into the files of the folder with --write, and nothing is staged.")
}

// mostRounds is how often what is fixed is judged again: one fix may need another.
const mostRounds = 10

func (d Deps) fix(ctx context.Context, _ op.Call, in FixIn) (Patched, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Patched{}, err
	}
	defer l.repo.Close() //nolint:errcheck // what it writes is written when it says so
	j := d.judgeOf(l, true)
	rules, _ := j.Rules(ctx, l.rules)
	if rules, err = only(rules, in.Rules); err != nil {
		return Patched{}, err
	}
	rules = slices.DeleteFunc(rules, j.Slow)
	l.repo.Sizes(l.tree.Files)
	edits, fixed, left, err := d.fixes(ctx, j, l, rules)
	if err != nil {
		return Patched{}, err
	}
	says := op.Count(fixed, "finding is fixed", "findings are fixed") + " by it"
	if fixed == 0 {
		says = "nothing here can be fixed by a machine"
	}
	if left > 0 {
		says += fmt.Sprintf(", %s for people", op.Count(left, "remains", "remain"))
	}
	p, err := d.patched(l, edits, in.Write, says)
	p.Left = left
	return p, err
}

// fixes are the edits that fix what can be fixed, after all of them were judged again.
func (d Deps) fixes(ctx context.Context, j check.Judge, l *looked, rules []check.Rule) (edits []check.Edit, fixed, left int, err error) {
	all := map[string]check.Edit{}
	first := -1
	for range mostRounds {
		list, err := j.All(ctx, check.With(l.tree, all), rules)
		if prentice.KindOf(err) == prentice.Canceled {
			return nil, 0, 0, err
		}
		count, round := l.due(d, list, all)
		if left = count; first < 0 {
			first = count
		}
		if len(round) == 0 {
			break
		}
		for _, e := range round {
			all[e.Path] = e
		}
	}
	for _, e := range all {
		edits = append(edits, e)
	}
	slices.SortFunc(edits, func(a, b check.Edit) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	return edits, max(first-left, 0), left, nil
}

// due is how many findings count, and an edit for each file that has one: the next
// edit of the same file is asked for when this one is made.
func (l *looked) due(d Deps, list []check.Judged, made map[string]check.Edit) (count int, round []check.Edit) {
	standings, _ := l.agreed.Stand(d.now(), list, l.tree)
	taken := map[string]bool{}
	for _, s := range standings {
		for i, f := range s.Outcome.Findings {
			if s.Excuses[i] != check.None {
				continue
			}
			count++
			if slices.ContainsFunc(f.Fix, func(e check.Edit) bool { return taken[e.Path] }) {
				continue
			}
			for _, e := range f.Fix {
				taken[e.Path] = true
				round = append(round, l.whole(e, made))
			}
		}
	}
	return count, round
}

// whole is an edit with the content that it keeps, and the mode that one before it made.
func (l *looked) whole(e check.Edit, made map[string]check.Edit) check.Edit {
	before, again := made[e.Path]
	if e.Content == nil && !e.Remove {
		if e.Content = before.Content; !again {
			e.Content, _ = l.tree.Text(e.Path)
		}
	}
	if again && e.Mode == 0 {
		e.Mode = before.Mode
	}
	return e
}
