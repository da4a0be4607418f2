package security

import (
	"context"
	"encoding/json"
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
		if err != nil || len(rules) == 0 {
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
				{Says: "a message", Saw: "they wrote " + secret},
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
