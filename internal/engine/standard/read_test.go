package standard_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

const whole = `---
standard: names
owner: group/platform
review_by: 2027-06-01
reason: Everyone finds what they look for.
severity: block
cites:
  style: {title: Our style, url: "https://example.org/style"}
---

# Names

## lower: Names of folders are in small letters

` + "```rule\npattern: '[A-Z]'\nin: path\ncites: [style, OSPS-QA-05]\n```\n\n```violation\n-- A/b --\n```\n\n```pass\n-- a/b --\n```\n"

func TestAStandardThatIsWholeIsRead(t *testing.T) {
	s, findings := standard.Read("names.md", "names.md", []byte(whole), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	r := s.Rules[0]
	if len(s.Rules) != 1 || r.ID != "names/lower" || r.Says != "Names of folders are in small letters" || r.Severity != "block" || r.Owner != "group/platform" || r.Source != "names.md:13" || len(r.Cites) != 2 || r.Why != s.Reason {
		t.Errorf("%+v", r)
	}
	for _, wrong := range check.Toothless(t.Context(), (&standard.Judge{}).Kind(), r) {
		t.Error(wrong)
	}
}

func TestAStandardThatLacksSomethingDoesNotLoad(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		line           int
		says           string
	}{
		{"no owner", "owner: group/platform\n", "", 2, "no owner"},
		{"no reason", "reason: Everyone finds what they look for.\n", "", 2, "no reason"},
		{"no date of review", "review_by: 2027-06-01\n", "", 2, "no review_by"},
		{"no date", "2027-06-01", "soon", 4, `"soon" is not a date`},
		{"a misspelt key", "severity: block", "severty: block", 6, `no key "severty"`},
		{"a misspelt severity", "severity: block", "severity: blok", 6, `"blok" is not a severity`},
		{"no violation", "```violation\n-- A/b --\n```\n", "", 13, "no violation"},
		{"no pass", "```pass\n-- a/b --\n```\n", "", 13, "no pass"},
		{"a misspelt block", "```violation", "```violations", 21, "no block of kind"},
		{"a misspelt key of a rule", "in: path", "inn: path", 17, `no key "inn"`},
		{"no pattern", "'[A-Z]'", "'[A-Z'", 16, "not a pattern"},
		{"two ways", "in: path", "builtin: x", 16, "asks in 2 ways"},
		{"what is cited is nowhere", "[style,", "[stile,", 18, "cited nowhere"},
		{"no rule", "## lower: Names", "## Lower names", 15, "belongs to no rule"},
		{"an example of nothing", "-- A/b --\n", "", 21, "a list of files"},
		{"an owner that is none", "group/platform", "platform", 3, "no ref"},
		{"a hidden character", "# Names", "# Na\u202emes", 11, "hidden character"},
		{"a block without end", "-- a/b --\n```\n", "-- a/b --\n", 25, "never closed"},
	} {
		text := strings.Replace(whole, c.old, c.new, 1)
		s, findings := standard.Read("names.md", "names.md", []byte(text), standard.Of(standard.Analyser{Name: "x"}))
		if len(findings) == 0 || len(s.Rules) > 0 {
			t.Errorf("%s: it loads", c.name)
			continue
		}
		if f := findings[0]; f.At.Line != c.line || !strings.Contains(f.Text, c.says) || f.Hint == "" || !f.Error {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// asking is a standard of one rule.
func asking(rule, bad, good string) string {
	at := strings.Index(whole, "```rule")
	return whole[:at] + "```rule\n" + rule + "\n```\n\n```violation\n" + bad + "\n```\n\n```pass\n" + good + "\n```\n"
}

func TestEveryWayOfAskingHasTeeth(t *testing.T) {
	for name, text := range map[string]string{
		"a pattern over lines":     asking("pattern: TODO", "-- a.go --\n// TODO\n", "-- a.go --\n// done\n"),
		"a pattern that is wanted": asking("pattern: Copyright\nwanted: true\npaths: ['**/*.go']", "-- a.go --\npackage a\n", "-- a.go --\n// Copyright\n-- b.md --\nb\n"),
		"a file that is wanted":    asking("pattern: '^Makefile$'\nin: path\nwanted: true", "-- a --\n", "-- Makefile --\n"),
		"a schema":                 asking("schema: {type: object, required: [port]}\npaths: [app.toml]", "-- app.toml --\na = 1\n", "-- app.toml --\nport = 1\n"),
		"CEL over files":           asking("cel: files('**/*.sql').all(f, f.startsWith('db/'))", "-- a.sql --\n", "-- db/a.sql --\n"),
		"CEL that gives findings":  asking("cel: files('**/*.sql').filter(f, !f.startsWith('db/'))", "-- a.sql --\n", "-- db/a.sql --\n"),
		"CEL over what is parsed":  asking("cel: parsed('package.json').engines.node == '22'", "-- package.json --\n{\"engines\": {\"node\": \"20\"}}\n", "-- package.json --\n{\"engines\": {\"node\": \"22\"}}\n"),
		"CEL over commits":         asking("cel: commits.all(c, c.signed)", "-- commit: Ann <ann@example.org> --\na b\n", "-- signed: Ann <ann@example.org> --\na b\n"),
		"CEL over the change":      asking("cel: change.removed.size() == 0", "-- a --\n-- base: b --\nb\n", "-- a --\n-- base: a --\nb\n"),
		"CEL over owners":          asking("cel: owners('db/a.sql') == ['@dba']", "-- CODEOWNERS --\n* @all\n", "-- CODEOWNERS --\n* @all\n/db/ @dba\n"),
		"CEL over the catalog":     asking("cel: catalog.all(e, has(e.metadata.annotations))", "-- catalog-info.yaml --\nmetadata: {name: a}\n", "-- catalog-info.yaml --\nmetadata: {name: a, annotations: {b: c}}\n"),
	} {
		s, findings := standard.Read("names.md", "names.md", []byte(text), nil)
		if len(findings) > 0 {
			t.Errorf("%s: %+v", name, findings)
			continue
		}
		for _, wrong := range check.Toothless(t.Context(), (&standard.Judge{}).Kind(), s.Rules[0]) {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// asked is the outcome of one rule for a tree.
func asked(t *testing.T, rule string, tree *check.Tree) check.Outcome {
	t.Helper()
	s, findings := standard.Read("names.md", "names.md", []byte(asking(rule, "-- a --", "-- b --")), nil)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	list, err := (&standard.Judge{}).Check(t.Context(), tree, s.Rules)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func TestWhatCannotBeJudgedIsUnknownAndNeverAPass(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 8) + "*" + string(c-1) + "]\n"
	}
	for name, c := range map[string]struct {
		rule  string
		files map[string]string
		says  string
	}{
		"an expression without end": {"cel: files('**').all(a, files('**').all(b, files('**').all(c, a + b != c)))", many(300), "to work out"},
		"too many look-ups":         {"cel: files('**').all(a, files('**').all(b, exists(a)))", many(300), ""},
		"a file that is not there":  {"cel: parsed('gone.yaml').a == 1", nil, "no file"},
		"a YAML bomb":               {"cel: parsed('bomb.yaml').a == 1", map[string]string{"bomb.yaml": bomb}, "too large or too deep"},
		"deep JSON":                 {"cel: parsed('deep.json').a == 1", map[string]string{"deep.json": strings.Repeat("[", 100_000)}, "depth"},
		"a file of 17 MB":           {"pattern: TODO", map[string]string{"large.txt": strings.Repeat("x", 17<<20)}, "at most"},
	} {
		o := asked(t, c.rule, check.Example{Files: c.files}.Tree())
		if o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, c.says) {
			t.Errorf("%s: %s %q", name, o.Truth, o.Reason)
		}
	}
}

func many(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files["dir/file-"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26)] = ""
	}
	return files
}

func TestAStandardOfARepositoryThatCannotBeReadIsARuleThatNoOneCanJudge(t *testing.T) {
	j := &standard.Judge{}
	tree := check.Example{Files: map[string]string{standard.Folder + "/names.md": whole, standard.Folder + "/broken.md": "---\nstandard: x\n---\n"}}.Tree()
	rules, err := j.Rules(t.Context(), tree)
	if err != nil || len(rules) != 2 {
		t.Fatal(rules, err)
	}
	list, err := j.Check(t.Context(), tree, rules)
	if err != nil {
		t.Fatal(err)
	}
	if list[0].Rule != "unread/broken" || list[0].Truth != prentice.NotSeen || !strings.Contains(list[0].Reason, "no owner") || list[1].Truth != prentice.Pass {
		t.Errorf("%+v", list)
	}
}

func TestAnAnalyserThatEndsWithAFaultMakesItsRuleUnknownAndNoOther(t *testing.T) {
	known := standard.Of(standard.Analyser{Name: "bad", Each: func(*standard.Text) []check.Finding { panic("oh") }})
	s, findings := standard.Read("names.md", "names.md", []byte(asking("builtin: bad", "-- a --", "-- b --")), known)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	list, err := (&standard.Judge{Analysers: known}).Check(t.Context(), check.Example{Files: map[string]string{"a": ""}}.Tree(), s.Rules)
	if err != nil || list[0].Truth != prentice.NotSeen || !strings.Contains(list[0].Reason, "oh") {
		t.Errorf("%+v %v", list, err)
	}
}
