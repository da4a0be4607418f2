package prototyping

import (
	"context"
	"fmt"
	"path"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/prototype"
)

// The rules about prototypes that a repository declares itself, in files of its folder
// prototypes.
const (
	declared    = "prototypes/valid"
	decidedRule = "prototypes/decided-by-their-day"
)

// prototypeChecks judges the files of prototypes of a repository.
func prototypeChecks(clock func() time.Time) check.Kind {
	now := func() time.Time {
		if clock != nil {
			return clock()
		}
		return time.Now()
	}
	return check.Kind{
		Name: "prototypes", Rules: prototypeRules,
		Tool: func() string { return "prototypes@1 " + now().UTC().Format(time.DateOnly) },
		Check: func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
			return judgePrototypes(ctx, t, rules, now())
		},
	}
}

// prototypeFiles are the files of prototypes of a tree, and what is in its folder and is too
// large to be one.
func prototypeFiles(t *check.Tree) (files []check.File) {
	for _, f := range t.Files {
		if regular(f) && path.Dir(f.Path) == prototype.Folder && path.Ext(f.Path) == ".md" && path.Base(f.Path) != "README.md" {
			files = append(files, f)
		}
	}
	return files
}

// prototypeRules are there where prototypes are.
func prototypeRules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	if t == nil || len(prototypeFiles(t)) == 0 {
		return nil, nil
	}
	file := func(question, day string) map[string]string {
		return map[string]string{prototype.Folder + "/one-page.md": "---\nprototype: one-page\nquestion: " + question + "\ntechnique: spike\nowner: group/shop\ndecide_by: " + day + "\n---\n# One page\n"}
	}
	good := []check.Example{{Files: file("Do people finish on one page?", "2999-12-31")}}
	rules := []check.Rule{
		{ID: declared, Says: "A prototype has a question, an owner, and a day by which it is decided.", Severity: claims.Block,
			Why:        "What is tried out without a question is never answered, and without a day it stays and is taken for the product.",
			Remedy:     "prentice prototype check says what is wrong, and where",
			Violations: []check.Example{{Files: file("One page", "2999-12-31")}}, Passes: good},
		{ID: decidedRule, Says: "A prototype is decided by its day.", Severity: claims.Warn,
			Why:        "One that no one decided on lives on unseen, and others build on it.",
			Remedy:     "write decision: adopt, drop or change, and reason: into its file; or a later day with extended: why",
			Violations: []check.Example{{Files: file("Do people finish on one page?", "2020-01-31")}}, Passes: good},
	}
	for i := range rules {
		rules[i].Kind, rules[i].Source, rules[i].Asks = "prototypes", "built in", "1"
	}
	return rules, nil
}

// judgePrototypes reads the files.
func judgePrototypes(ctx context.Context, t *check.Tree, rules []check.Rule, now time.Time) ([]check.Outcome, error) {
	found := map[string][]check.Finding{}
	for _, f := range prototypeFiles(t) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.Size > prototype.MaxBytes {
			found[declared] = append(found[declared], check.Finding{Path: f.Path, Key: "size", Says: fmt.Sprintf("it has %d bytes, at most %d are read", f.Size, prototype.MaxBytes)})
			continue
		}
		text, err := t.Read(f)
		if err != nil {
			return nil, err
		}
		one, wrong := prototype.Read(f.Path, text)
		for _, x := range wrong {
			found[declared] = append(found[declared], check.Finding{Path: f.Path, Line: x.At.Line, Says: x.Text, Remedy: x.Hint, Key: x.Text})
		}
		if len(wrong) > 0 || one.Decision != "" || now.Before(one.DecideBy.AddDate(0, 0, 1)) {
			continue
		}
		found[decidedRule] = append(found[decidedRule], check.Finding{Path: f.Path, Line: one.At.Line, Key: one.Name,
			Says: fmt.Sprintf("%s was to be decided by %s: %s", one.Name, one.DecideBy.Format(time.DateOnly), one.Question)})
	}
	var list []check.Outcome
	for _, r := range rules {
		list = append(list, outcomeOf(r, found[r.ID]))
	}
	return list, nil
}
