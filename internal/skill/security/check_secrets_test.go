package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// secretsIn judges a tree by the rules of another one.
func secretsIn(t *testing.T, of, by *check.Tree) map[string]check.Judged {
	t.Helper()
	j := check.Judge{Kinds: secretChecks(), Now: time.Now}
	rules, silent := j.Rules(t.Context(), by)
	if len(silent) > 0 {
		t.Fatalf("got %+v", silent)
	}
	list, err := j.All(t.Context(), of, rules)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]check.Judged{}
	for _, one := range list {
		all[one.Rule.ID] = one
	}
	return all
}

func treeOf(texts ...string) *check.Tree {
	e := check.Example{Files: map[string]string{}}
	for i := 0; i < len(texts); i += 2 {
		e.Files[texts[i]] = texts[i+1]
	}
	return e.Tree()
}

func TestEveryRuleOfSecretsHasTeeth(t *testing.T) {
	for _, k := range secretChecks() {
		rules, err := k.Rules(t.Context(), treeOf())
		if err != nil || len(rules) != 4 {
			t.Fatal(rules, err)
		}
		for _, r := range rules {
			if wrong := check.Toothless(t.Context(), k, r); len(wrong) > 0 {
				t.Errorf("%s: %v", r.ID, wrong)
			}
		}
	}
}

func TestNoChangeLetsItsOwnSecretsPass(t *testing.T) {
	secret, let := "key = "+sampleKey()+"\n", "[extend]\nuseDefault = true\n[[allowlists]]\npaths = ['''^let''']\n"
	for name, c := range map[string]struct {
		base, change []string
		found        int
	}{
		"settings of the base count":            {[]string{settingsFile, let}, []string{settingsFile, let, "let.txt", secret}, 0},
		"settings of the change do not":         {[]string{"a", "b"}, []string{settingsFile, let, "let.txt", secret}, 1},
		"nor a list of what is ignored":         {nil, []string{ignoreFile, "a.txt:aws-access-token:1\n", "a.txt", secret}, 1},
		"the list of the base does":             {[]string{ignoreFile, "a.txt:aws-access-token:1\n"}, []string{"a.txt", secret}, 0},
		"a line that lets itself pass does not": {[]string{"a.txt", "none\n"}, []string{"a.txt", "key = " + sampleKey() + " # gitleaks:allow\n"}, 1},
		"one that did so before may": {[]string{"a.txt", "key = " + sampleKey() + " # gitleaks:allow\n"},
			[]string{"a.txt", "new\nkey = " + sampleKey() + " # gitleaks:allow\n"}, 0},
		"in a file that is called otherwise now, too": {[]string{"a.txt", "key = " + sampleKey() + " # gitleaks:allow\n"},
			[]string{"b.txt", "key = " + sampleKey() + " # gitleaks:allow\n"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			base, change := treeOf(c.base...), treeOf(c.change...)
			change.Base = base
			if got := secretsIn(t, change, base)[noSecret].Outcome; len(got.Findings) != c.found {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWithoutAChangeALineMayLetItselfPassAndIsCounted(t *testing.T) {
	one := treeOf("a.txt", "key = "+sampleKey()+" # gitleaks:allow\n")
	got := secretsIn(t, one, one)[noSecret].Outcome
	if got.Truth != prentice.Pass || !strings.Contains(got.Reason, "gitleaks:allow: 1") {
		t.Errorf("got %+v", got)
	}
}

func TestSettingsThatCannotBeReadAreNoPass(t *testing.T) {
	for _, text := range []string{"[[rules]]\nid = 'a'\nregex = '(('\n", "nonsense"} {
		one := treeOf(settingsFile, text)
		got := secretsIn(t, one, one)
		if got[noSecret].Outcome.Truth != prentice.NotSeen || got[searched].Outcome.Truth == prentice.Pass || got[settings].Outcome.Truth != prentice.Fail {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestWhatIsSwitchedOffIsSaid(t *testing.T) {
	one := treeOf(settingsFile, "[extend]\nuseDefault = true\ndisabledRules = ['github-pat']\n")
	if got := secretsIn(t, one, one)[settings].Outcome; got.Truth != prentice.Pass || !strings.Contains(got.Reason, "github-pat") {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsTooLongOrBrokenWasNotSearched(t *testing.T) {
	one := treeOf("a.txt", "a", "b.zip", "PK\x03\x04 no more")
	for i := range one.Files {
		if one.Files[i].Path == "a.txt" {
			one.Files[i].Size = check.MostFile + 1
		}
	}
	if got := secretsIn(t, one, one)[searched].Outcome; got.Truth != prentice.Fail || len(got.Findings) != 2 {
		t.Errorf("got %+v", got)
	}
}

// A finding of any rule may show the line that it is about, and that line may hold a
// secret.
func TestNoRuleShowsASecret(t *testing.T) {
	secret := sampleKey()
	talks := check.Kind{Name: "talks",
		Rules: func(context.Context, *check.Tree) ([]check.Rule, error) {
			return []check.Rule{{ID: "talks/much", Kind: "talks"}}, nil
		},
		Check: func(context.Context, *check.Tree, []check.Rule) ([]check.Outcome, error) {
			return []check.Outcome{{Rule: "talks/much", Truth: prentice.Fail, Findings: []check.Finding{
				{Path: "a.sh", Line: 2, Says: "a bad line", Saw: clip.To("curl -H 'key: "+secret, 25)},
				{Path: "a.sh", Line: 1, Says: "a word such as " + secret + " is bad"},
				{Says: "a message", Saw: "they wrote " + secret, Printed: []string{"it printed", "key " + secret}},
			}}}, nil
		}}
	j := check.Judge{Kinds: append(secretChecks(), talks), Now: time.Now}
	one := treeOf("a.sh", "set -e\ncurl -H 'key: "+secret+"'\n")
	rules, _ := j.Rules(t.Context(), one)
	list, err := j.All(t.Context(), one, rules)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []check.Outcome
	for _, l := range list {
		outcomes = append(outcomes, l.Outcome)
	}
	text, err := json.Marshal(outcomes)
	if err != nil || strings.Contains(string(text), secret[:8]) {
		t.Errorf("%v: %s", err, text)
	}
	prints := map[string]bool{}
	for _, l := range list {
		for _, f := range l.Outcome.Findings {
			prints[f.Fingerprint()] = true
		}
	}
	if len(prints) != 5 {
		t.Errorf("of 5 findings there are %d fingerprints", len(prints))
	}
}

// added is a history of one line for each commit, newest first: commit, path, text.
func added(texts ...string) *check.Past {
	e := check.Example{Past: []check.Added{}}
	for i := 0; i < len(texts); i += 3 {
		e.Past = append(e.Past, check.Added{Commit: texts[i], Path: texts[i+1], Nth: i / 3, ID: texts[i], Parts: []check.Part{{Line: 1, Text: []byte(texts[i+2])}}})
	}
	return e.Tree().Past
}

func TestOneSecretIsOneFindingWithAllItsPlaces(t *testing.T) {
	line := "key = " + sampleKey() + "\n"
	one := treeOf()
	one.Past = added("c3", "b.txt", "again\n"+line, "c2", "c.txt", "nothing\n", "c1", "a.txt", line)
	got := secretsIn(t, one, one)[noPast].Outcome
	if got.Truth != prentice.Fail || len(got.Findings) != 1 {
		t.Fatalf("got %+v", got)
	}
	f := got.Findings[0]
	want := []check.Place{{Commit: "c1", Path: "a.txt", Line: 1}, {Commit: "c3", Path: "b.txt", Line: 2}}
	if f.Path != "a.txt" || f.Line != 1 || !slices.Equal(f.Places, want) || !strings.Contains(f.Says, "first in commit c1, in 2 commits") {
		t.Errorf("got %+v", f)
	}
	if inTree := secretsIn(t, treeOf("a.txt", line), one)[noSecret].Outcome; inTree.Findings[0].Key != f.Key {
		t.Error("a secret of the history has another key than in a file")
	}
}

func TestAWaiverOfOnePlaceIsNoneOfTheOthers(t *testing.T) {
	f := check.Finding{Rule: noPast, Path: "testdata/a", Places: []check.Place{{Path: "testdata/a"}, {Path: "prod/a"}}}
	for where, covers := range map[string]bool{"": true, "testdata": false, "**": true, "prod": false} {
		if got := (check.Waiver{Rule: noPast, Where: where}).Covers(f); got != covers {
			t.Errorf("where %q: %v", where, got)
		}
	}
}

func TestAHistoryThatIsNotWholeIsNoPass(t *testing.T) {
	one := treeOf()
	one.Past = added("c1", "a.txt", "nothing\n")
	one.Past.Lacks = "the clone is shallow"
	if got := secretsIn(t, one, one)[noPast].Outcome; got.Truth != prentice.NotSeen || got.Reason != "the clone is shallow" {
		t.Errorf("got %+v", got)
	}
	one.Past.Each = func(context.Context, func(string, string) bool, func(check.Added)) error {
		return errors.New("git is gone")
	}
	if got := secretsIn(t, one, one)[noPast].Outcome; got.Truth != prentice.NotSeen || got.Reason != "git is gone" {
		t.Errorf("got %+v", got)
	}
	one.Past = added("c1", "a.txt", "nothing\n")
	one.Past.Each = func(_ context.Context, _ func(string, string) bool, tell func(check.Added)) error {
		tell(check.Added{Commit: "c1", Path: "big", Cut: true, Parts: []check.Part{{}}})
		return nil
	}
	if got := secretsIn(t, one, one)[noPast].Outcome; got.Truth != prentice.Fail || !strings.Contains(got.Findings[0].Says, "not searched whole") {
		t.Errorf("got %+v", got)
	}
}

func TestACommitOfAChangeCannotLetItselfPass(t *testing.T) {
	let := "key = " + sampleKey() + " # gitleaks:allow\n"
	for name, c := range map[string]struct {
		base  *check.Tree
		found int
	}{"its base does not say so": {treeOf("a.txt", "x\n"), 1}, "its base says so": {treeOf("a.txt", let), 0}, "there is no change": {nil, 0}} {
		one := treeOf("b.txt", "the secret was taken out again\n")
		one.Base, one.Past = c.base, added("c1", "a.txt", let)
		by := treeOf()
		by.Past = one.Past
		if got := secretsIn(t, one, by)[noPast].Outcome; len(got.Findings) != c.found {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestPlacesThatAreIgnoredAreKnownByTheirCommit(t *testing.T) {
	line := "key = " + sampleKey() + "\n"
	by := treeOf(ignoreFile, "# why\nc1:a.txt:aws-access-token:1\n")
	by.Past = added("c2", "a.txt", line, "c1", "a.txt", line)
	if got := secretsIn(t, by, by)[noPast].Outcome; len(got.Findings) != 1 || len(got.Findings[0].Places) != 1 || got.Findings[0].Places[0].Commit != "c2" {
		t.Errorf("got %+v", got)
	}
}

func TestNoBaselineIsTakenForSecrets(t *testing.T) {
	var findings []check.Finding
	for _, path := range []string{"a.go", "auth.go", "token", "api_key.py", "secrets.yaml", "password"} {
		for i := range 60 {
			findings = append(findings, check.Finding{Rule: "secrets/none", Path: path, Key: fmt.Sprint(i)})
		}
	}
	tree := treeOf(check.BaselineFile, check.BaselineOf(findings).Text())
	if found := secretsIn(t, tree, tree)["secrets/none"].Outcome.Findings; len(found) > 0 {
		t.Errorf("%d of 360 entries look like secrets, the first: %+v", len(found), found[0])
	}
}
