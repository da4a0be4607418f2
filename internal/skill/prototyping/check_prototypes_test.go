package prototyping

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/prototype"
)

func TestFilesOfPrototypesInARepositoryAreJudged(t *testing.T) {
	const file = "---\nprototype: one-page\nquestion: Do people finish?\ntechnique: spike\nowner: group/shop\ndecide_by: 2026-03-02\n%s---\n# One page\n"
	for what, c := range map[string]struct {
		text                string
		at                  time.Time
		declared, decidedBy prentice.Truth
	}{
		"on its day":                 {fmt.Sprintf(file, ""), noon, prentice.Pass, prentice.Pass},
		"the moment its day is over": {fmt.Sprintf(file, ""), time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), prentice.Pass, prentice.Fail},
		"decided long ago":           {fmt.Sprintf(file, "decision: drop\nreason: no one asked\n"), noon.AddDate(1, 0, 0), prentice.Pass, prentice.Pass},
		"with a mistake":             {strings.Replace(fmt.Sprintf(file, ""), "finish?", "finish", 1), noon, prentice.Fail, prentice.Pass},
		"as a bomb":                  {"---\na: &a [x]\nb: *a\n---\n", noon, prentice.Fail, prentice.Pass},
		"too large":                  {strings.Repeat("x", prototype.MaxBytes+1), noon, prentice.Fail, prentice.Pass},
	} {
		tree := treeOf(map[string]string{"prototypes/one-page.md": c.text, "prototypes/README.md": "no prototype", "prototypes/one-page/main.go": "package main"})
		kind := prototypeChecks(func() time.Time { return c.at })
		rules, err := kind.Rules(t.Context(), tree)
		if err != nil || len(rules) != 2 {
			t.Fatal(rules, err)
		}
		got, err := kind.Check(t.Context(), tree, rules)
		if err != nil || got[0].Truth != c.declared || got[1].Truth != c.decidedBy {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	if rules, err := prototypeRules(t.Context(), treeOf(map[string]string{"prototypes/README.md": ""})); err != nil || rules != nil {
		t.Errorf("rules about prototypes where there are none: %v %v", rules, err)
	}
}
