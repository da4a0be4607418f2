package standards

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/merge"
	"prentice/internal/kit/strict"
	"prentice/internal/op"
)

// WaiveIn says which rule may be broken where, why and until when.
type WaiveIn struct {
	Rule    string       `json:"rule" arg:"1" maxLength:"200" example:"containers/pinned-base" doc:"The rule."`
	Where   string       `json:"where,omitempty" maxLength:"1000" example:"docs/**" doc:"The files that may break it: a path, a folder, or a pattern with * and **. Without it the whole repository."`
	Reason  string       `json:"reason" maxLength:"500" example:"the old image goes in March" doc:"Why."`
	Owner   prentice.Ref `json:"owner" maxLength:"200" example:"group/platform" doc:"Who answers for it: group/NAME or person/NAME."`
	Expires string       `json:"expires" maxLength:"20" example:"2027-01-31" doc:"The last day on which it holds, at most a year away; or how many days from now: 30d."`
	Write   bool         `json:"write,omitempty" doc:"Write it into .prentice/waivers.yaml; without it, it is only shown."`
	Dir     string       `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Patched is a change of files: as it is shown, or as it was written.
type Patched struct {
	Patch   string   `json:"patch"`
	Written bool     `json:"written"`
	Files   []string `json:"files"`
	Says    string   `json:"says"`
	Left    int      `json:"left,omitempty"` // findings that remain
}

// Text implements op.Texter.
func (p Patched) Text() string {
	if p.Patch == "" {
		return "● " + p.Says + "\n"
	}
	if p.Written {
		return p.Patch + "● written: " + p.Says + "\n"
	}
	return p.Patch + "◇ nothing is written: " + p.Says + "; write it with --write\n"
}

func waiveOp(d Deps) op.Op {
	return op.New("check.waive", prentice.Look, prentice.Viewer, "Let a rule be broken, for a reason, until a day", d.waive).
		WithExample("prentice check waive containers/pinned-base --where Dockerfile --reason 'replaced in March' --owner group/platform --expires 2027-03-31").WithoutState().OnlyHere().ThatKeeps().WithHelp(
		"Shows the entry for .prentice/waivers.yaml, and writes it with --write. It counts for a change once the branch has it that the change is made on. A waiver that is over is a failure that names itself.")
}

func (d Deps) waive(ctx context.Context, _ op.Call, in WaiveIn) (Patched, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Patched{}, err
	}
	defer l.repo.Close() //nolint:errcheck // what it writes is written when it says so
	rules, _ := d.judgeOf(l, false).Rules(ctx, l.rules)
	r, err := ruleOf(withCoverage(rules), in.Rule)
	if err != nil {
		return Patched{}, err
	}
	if l.wrong != nil {
		return Patched{}, l.wrong
	}
	until, err := day(in.Expires, d.now())
	if err != nil {
		return Patched{}, err
	}
	w := check.Waiver{Rule: r.ID, Where: in.Where, Reason: strings.TrimSpace(in.Reason), Owner: in.Owner, Expires: until}
	if err := w.Check(d.now()); err != nil {
		return Patched{}, err
	}
	was, err := l.tree.Text(check.WaiverFile)
	if err != nil && !check.Missing(err) {
		return Patched{}, err
	}
	text := strings.TrimRight(string(was), "\n") + "\n"
	if len(l.agreed.Waivers) == 0 {
		text = "waivers:\n"
	}
	text += w.Text()
	if _, problems := check.ReadWaivers([]byte(text)); len(problems) > 0 {
		return Patched{}, prentice.Errorf(prentice.Invalid, "the waiver cannot be written as YAML: %s", problems[0].Text).Try("write it into %s by hand", check.WaiverFile)
	}
	says := fmt.Sprintf("%s may be broken in %s until %s", r.ID, orText(in.Where, "the whole repository"), w.Last())
	return d.patched(l, []check.Edit{{Path: check.WaiverFile, Content: []byte(text)}}, in.Write, says)
}

// coverageKind is the kind of the rules that coverage does not fall.
const coverageKind = "coverage"

// covered is how much of a tree the tests run of the checks that measure it, as far as
// that is known. Nothing is run for it.
func (d Deps) covered(ctx context.Context, l *looked, t *check.Tree) (map[string]check.Coverage, error) {
	j := d.judgeOf(l, false)
	rules, _ := j.Rules(ctx, l.rules)
	kept, err := j.Known(ctx, t, slices.DeleteFunc(rules, func(r check.Rule) bool { return !r.Measures }))
	return check.Coverages(kept), err
}

// withCoverage are rules, and those of the coverage of the checks that measure it.
func withCoverage(rules []check.Rule) []check.Rule {
	for _, r := range rules {
		if r.Measures {
			rules = append(rules, check.CoverageRule(r))
		}
	}
	return rules
}

// day is the moment behind a day, or behind so many days from now.
func day(text string, now time.Time) (time.Time, error) {
	var n int
	if count, err := fmt.Sscanf(text, "%dd", &n); err == nil && count == 1 && text == fmt.Sprintf("%dd", n) && n > 0 && n < 10000 {
		return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, n+1), nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, prentice.Errorf(prentice.Invalid, "%q is no day", shown(text)).Try("write it as 2027-01-31, or as 30d")
	}
	return at.AddDate(0, 0, 1), nil
}

// BaselineIn says whether to write it.
type BaselineIn struct {
	Write bool   `json:"write,omitempty" doc:"Write it into .prentice/baseline.yaml; without it, it is only shown."`
	Dir   string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

func baselineOp(d Deps) op.Op {
	return op.New("check.baseline", prentice.Look, prentice.Viewer, "Write down what is wrong already, so that it can only become less", d.baseline).
		WithExample("prentice check baseline --write").WithoutState().OnlyHere().ThatKeeps().WithHelp(
		"The first time it takes all that is found now, and how much of the code the tests run, as the checks measured it last. After that what is gone is taken out and nothing is added: old findings may only become fewer, and coverage may only rise. A finding is known by what was found and not by its line; it stays the same when lines move and when its file is renamed.\n\nA change is judged by the baseline of the branch that it is made on, so that no change can excuse itself.")
}

func (d Deps) baseline(ctx context.Context, _ op.Call, in BaselineIn) (Patched, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Patched{}, err
	}
	defer l.repo.Close() //nolint:errcheck // as above
	if l.wrong != nil {
		return Patched{}, l.wrong
	}
	checked, err := d.judge(ctx, l, RunIn{Quick: true})
	if err != nil {
		return Patched{}, err
	}
	var found []check.Finding
	judged := map[string]bool{}
	for _, r := range checked.Rules {
		judged[r.ID] = r.Truth != prentice.NotSeen
		for _, f := range r.Findings {
			if f.Excuse != check.Waived && f.Case == "" && r.Kind != agreement.Kind && r.Kind != coverageKind {
				found = append(found, f.Finding)
			}
		}
	}
	_, missing := l.tree.Text(check.BaselineFile)
	b := check.BaselineOf(found)
	if !check.Missing(missing) {
		b = l.agreed.Old.Fewer(found, l.tree, judged)
	}
	covered, err := d.covered(ctx, l, l.tree)
	if err != nil {
		return Patched{}, err
	}
	b = b.Raise(covered)
	text := b.Text()
	if len(text) > strict.MaxBytes {
		return Patched{}, prentice.Errorf(prentice.Limited, "the baseline of %s would have %d bytes: at most %d are read", op.Count(len(found), "finding", "findings"), len(text), strict.MaxBytes).Try("fix the rule that finds the most first, or waive it: prentice check waive")
	}
	return d.patched(l, []check.Edit{{Path: check.BaselineFile, Content: []byte(text)}}, in.Write, "the baseline has "+op.Count(len(b.Old), "entry", "entries"))
}

// patched shows edits of what is looked at, without the secrets in them, and writes them
// where it is told to.
func (d Deps) patched(l *looked, edits []check.Edit, write bool, says string) (Patched, error) {
	p := Patched{Says: says, Files: []string{}}
	j := d.judgeOf(l, false)
	var real []check.Edit
	hidden := false
	for _, e := range edits {
		diff, err := diffOf(l.tree, e)
		if err != nil {
			return Patched{}, err
		}
		if diff == "" {
			continue
		}
		shown := strings.Join(j.ShownOf(l.tree, e.Path, strings.Split(diff, "\n")), "\n")
		p.Patch += shown
		hidden = hidden || shown != diff
		p.Files = append(p.Files, e.Path)
		real = append(real, e)
	}
	if hidden {
		p.Says += "; a secret is not shown, so that this patch is for people and not for git apply"
	}
	if len(real) == 0 {
		p.Says += "; there is nothing to write"
		return p, nil
	}
	if !write {
		return p, nil
	}
	if err := l.repo.Write(real); err != nil {
		return Patched{}, err
	}
	p.Written = true
	return p, nil
}

// diffOf is an edit as patch and git apply read it.
func diffOf(t *check.Tree, e check.Edit) (string, error) {
	was, err := t.Text(e.Path)
	there := err == nil
	if err != nil && !check.Missing(err) {
		return "", err
	}
	a, b, head := quotedPath("a/"+e.Path), quotedPath("b/"+e.Path), ""
	f, _ := t.File(e.Path)
	switch {
	case e.Remove && there:
		head, e.Content, b = fmt.Sprintf("deleted file mode %o\n", f.Mode), nil, "/dev/null"
	case !there:
		head, a = fmt.Sprintf("new file mode %o\n", max(e.Mode, check.Regular)), "/dev/null"
	case e.Mode != 0 && e.Mode != f.Mode:
		head = fmt.Sprintf("old mode %o\nnew mode %o\n", f.Mode, e.Mode)
	}
	body := merge.Diff(string(was), string(e.Content))
	if body == "" && head == "" {
		return "", nil
	}
	text := fmt.Sprintf("diff --git %s %s\n%s", quotedPath("a/"+e.Path), quotedPath("b/"+e.Path), head)
	if body != "" {
		text += "--- " + a + "\n+++ " + b + "\n" + body
	}
	return text, nil
}

// quotedPath is a path as git writes it in a patch.
func quotedPath(p string) string {
	var b strings.Builder
	plain := true
	for i := range len(p) {
		switch c := p[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
			plain = false
		case c < 0x20 || c >= 0x7f:
			fmt.Fprintf(&b, "\\%03o", c)
			plain = false
		default:
			b.WriteByte(c)
		}
	}
	if plain {
		return p
	}
	return `"` + b.String() + `"`
}

var _ op.Texter = Patched{}
