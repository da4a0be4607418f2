package standard_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

const byScript = "---\nstandard: size\nowner: group/keepers\nreview_by: 2099-01-01\nreason: Small is read.\n---\n# Size\n\n" +
	"## short: no file is long\n```rule\npaths: ['**/*.txt']\nsandbox: |\n  grep -n long -r . && exit 1\n  exit 0\n```\n" +
	"```violation\n-- a.txt --\nlong\n```\n```pass\n-- a.txt --\nshort\n```\n"

// answers is a place whose scripts end as it says.
type answers struct {
	said  standard.Said
	err   error
	asked *[]string // the files that a script was given
}

func (a answers) Ask(_ context.Context, t *check.Tree, script string) (standard.Said, error) {
	for _, f := range t.Files {
		*a.asked = append(*a.asked, f.Path)
	}
	if !strings.Contains(script, "grep") {
		return standard.Said{}, fmt.Errorf("this is not the script: %q", script)
	}
	return a.said, a.err
}

func (answers) Close() error { return nil }

func scriptRule(t *testing.T) check.Rule {
	t.Helper()
	s, wrong := standard.Read("size.md", "size.md", []byte(byScript), nil)
	if len(wrong) > 0 || len(s.Rules) != 1 || s.Rules[0].Kind != standard.ScriptKind {
		t.Fatalf("the standard is read as %+v, %v", s.Rules, wrong)
	}
	return s.Rules[0]
}

func TestOnlyZeroAndOneAreAnswersOfAScript(t *testing.T) {
	rule := scriptRule(t)
	tree := check.Example{Files: map[string]string{"a.txt": "x", "docs/b.txt": "y", "c.go": "z"}}.Tree()
	for name, c := range map[string]struct {
		said   standard.Said
		err    error
		truth  prentice.Truth
		reason string
	}{
		"it holds":              {said: standard.Said{Lines: []string{"a.txt:1: looked at"}}, truth: prentice.Pass},
		"it does not hold":      {said: standard.Said{Code: 1, Lines: []string{"docs/b.txt:3:4: long"}}, truth: prentice.Fail},
		"it does not say where": {said: standard.Said{Code: 1}, truth: prentice.Fail},
		"grep had an error":     {said: standard.Said{Code: 2, Lines: []string{"grep: no such option"}}, truth: prentice.NotSeen, reason: "exit code 2"},
		"there is no such tool": {said: standard.Said{Code: 127}, truth: prentice.NotSeen, reason: "exit code 127"},
		"its time was up":       {err: errors.New("its time was up"), truth: prentice.NotSeen, reason: "its time was up"},
	} {
		var asked []string
		kind := standard.Scripts{Open: func(context.Context) (standard.Place, error) { return answers{c.said, c.err, &asked}, nil }}.Kind()
		list, err := kind.Check(t.Context(), tree, []check.Rule{rule})
		if err != nil || len(list) != 1 || list[0].Truth != c.truth || !strings.Contains(list[0].Reason, c.reason) {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
		if !slices.Equal(asked, []string{"a.txt", "docs/b.txt"}) {
			t.Errorf("%s: the script was given %v, want the files of its paths alone", name, asked)
		}
		if c.truth == prentice.Fail && len(list) == 1 && len(list[0].Findings) != 1 {
			t.Errorf("%s: it found %+v", name, list[0].Findings)
		}
	}
}

func TestWhatAScriptFoundIsAtTheFileThatItNames(t *testing.T) {
	tree := check.Example{Files: map[string]string{"docs/b.txt": "y"}}.Tree()
	for line, want := range map[string]check.Finding{
		"docs/b.txt:3:4: long":     {Path: "docs/b.txt", Line: 3, Column: 4, Says: "long"},
		"./docs/b.txt:3:long":      {Path: "docs/b.txt", Line: 3, Says: "long"},
		"docs/b.txt: long":         {Path: "docs/b.txt", Says: "long"},
		"/etc/passwd:1: not yours": {Says: "/etc/passwd:1: not yours"},
		"nothing of the sort":      {Says: "nothing of the sort"},
		"a\x1b[31mred: text":       {Says: standard.Shown("a\x1b[31mred: text")},
	} {
		var asked []string
		kind := standard.Scripts{Open: func(context.Context) (standard.Place, error) {
			return answers{standard.Said{Code: 1, Lines: []string{line}}, nil, &asked}, nil
		}}.Kind()
		list, err := kind.Check(t.Context(), tree, []check.Rule{scriptRule(t)})
		if err != nil || len(list[0].Findings) != 1 {
			t.Fatalf("%q: %+v, %v", line, list, err)
		}
		got := list[0].Findings[0]
		if got.Path != want.Path || got.Line != want.Line || got.Column != want.Column || got.Says != want.Says {
			t.Errorf("%q is %+v, want %+v", line, got, want)
		}
	}
}

func TestAScriptThatNoOneRunsIsUnknown(t *testing.T) {
	judge := check.Judge{Kinds: []check.Kind{standard.Scripts{}.Kind()}}
	list, err := judge.All(t.Context(), check.Example{Files: map[string]string{"a.txt": "x"}}.Tree(), []check.Rule{scriptRule(t)})
	if err != nil || len(list) != 1 || list[0].Outcome.Truth != prentice.NotSeen || !strings.Contains(list[0].Outcome.Reason, "prentice check") {
		t.Errorf("%+v, %v", list, err)
	}
}
