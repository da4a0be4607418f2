package standards

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// repo is a repository in memory: a folder, and what it is made on.
type repo struct {
	folder, base check.Example
	written      []check.Edit
}

func (r *repo) Tree(context.Context) (*check.Tree, error)   { return r.folder.Tree(), nil }
func (r *repo) Staged(context.Context) (*check.Tree, error) { return r.folder.Tree(), nil }
func (r *repo) At(context.Context, string) (*check.Tree, error) {
	return r.base.Tree(), nil
}
func (r *repo) Commit(_ context.Context, name string) (string, error) { return name, nil }
func (r *repo) Base(context.Context, string, string) (string, string, error) {
	return "refs/heads/main", strings.Repeat("b", 40), nil
}
func (r *repo) Branch(context.Context) (string, string, error) {
	return "refs/heads/main", strings.Repeat("b", 40), nil
}
func (r *repo) Since(context.Context, string, string) ([]check.Commit, error) {
	return []check.Commit{{ID: "c1"}}, nil
}
func (r *repo) Sizes([]check.File)                                   {}
func (r *repo) Write(list []check.Edit) error                        { r.written = append(r.written, list...); return nil }
func (r *repo) Hook(context.Context, string, string) (string, error) { return "hooks/x", nil }
func (r *repo) Close() error                                         { return nil }

// words is a kind with a rule for each word that must not stand in a file. A word that
// begins with ! cannot be judged; one that ends with ~ is advice.
func words(list ...string) check.Kind {
	return check.Kind{
		Name: "words",
		Rules: func(context.Context, *check.Tree) (rules []check.Rule, _ error) {
			for _, w := range list {
				r := check.Rule{ID: "words/" + strings.Trim(w, "!~"), Kind: "words", Says: "no file holds " + w, Why: "It hurts.", Severity: claims.Block, Asks: w, Remedy: "Take it out.", Source: "built in",
					Violations: []check.Example{{Files: map[string]string{"a": w}}}, Passes: []check.Example{{Files: map[string]string{"a": "x"}}}}
				if strings.HasSuffix(w, "~") {
					r.Severity = claims.Advise
				}
				rules = append(rules, r)
			}
			return rules, nil
		},
		Check: func(_ context.Context, t *check.Tree, rules []check.Rule) (list []check.Outcome, _ error) {
			for _, r := range rules {
				list = append(list, judged(t, r))
			}
			return list, nil
		},
	}
}

func judged(t *check.Tree, r check.Rule) check.Outcome {
	word := strings.Trim(r.Asks, "!~")
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass}
	if strings.HasPrefix(r.Asks, "!") {
		return check.Outcome{Rule: r.ID, Truth: prentice.NotSeen, Reason: "no one could look"}
	}
	for _, f := range t.Files {
		text, _ := t.Read(f)
		for i, l := range strings.Split(string(text), "\n") {
			if strings.Contains(l, word) && !strings.HasPrefix(f.Path, ".prentice") {
				o.Truth = prentice.Fail
				o.Findings = append(o.Findings, check.Finding{Path: f.Path, Line: i + 1, Says: "it holds " + word, Saw: l, Fix: []check.Edit{{Path: f.Path, Content: []byte(strings.ReplaceAll(string(text), word, "fine"))}}})
			}
		}
	}
	return o
}

func deps(r *repo, list ...string) Deps {
	return Deps{Kinds: func() []check.Kind { return []check.Kind{words(list...)} }, Clock: func() time.Time { return noon },
		Open: func(context.Context, string) (Repository, error) { return r, nil }}
}

func files(pairs ...string) check.Example {
	e := check.Example{Files: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		e.Files[pairs[i]] = pairs[i+1]
	}
	return e
}

func TestTheVerdictOfACheckIsOfTheRulesThatBlock(t *testing.T) {
	for name, c := range map[string]struct {
		rules   []string
		text    string
		verdict string
		exit    int
	}{
		"kept":                          {[]string{"bad"}, "good", "pass", 0},
		"broken":                        {[]string{"bad"}, "bad", "fail", op.NotWell},
		"broken advice":                 {[]string{"good", "bad~"}, "bad", "pass", 0},
		"not judged":                    {[]string{"!bad"}, "good", "unknown", op.NotKnown},
		"one broken and one not judged": {[]string{"bad", "!worse"}, "bad", "fail", op.NotWell},
		"advice that is not judged":     {[]string{"bad", "!worse~"}, "good", "pass", 0},
		"no rule":                       {nil, "good", "unknown", op.NotKnown},
	} {
		out, err := deps(&repo{folder: files("a", c.text)}, c.rules...).run(t.Context(), op.Call{}, RunIn{})
		if err != nil || out.Verdict != c.verdict || out.ExitCode() != c.exit {
			t.Errorf("%s: %s, exit code %d, %v", name, out.Verdict, out.ExitCode(), err)
		}
	}
}

func TestAFailureSaysTheRuleTheReasonThePlaceAndWhatToDo(t *testing.T) {
	out, err := deps(&repo{folder: files("dir/a", "x\nsome bad word")}, "bad").run(t.Context(), op.Call{}, RunIn{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"■ words/bad: no file holds bad", "dir/a:2: it holds bad", "some bad word", "→ Take it out.", "why: It hurts.", "did not pass"} {
		if !strings.Contains(out.Text(), want) {
			t.Errorf("%q is not in\n%s", want, out.Text())
		}
	}
}

func TestAChangeIsJudgedByWhatItIsMadeOn(t *testing.T) {
	excuse := "waivers:\n  - {rule: words/bad, reason: mine, owner: person/me, expires: 2026-12-31}\n"
	run := func(r *repo) Checked {
		out, err := deps(r, "bad").run(t.Context(), op.Call{}, RunIn{Which: Which{Changed: true}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := run(&repo{folder: files("a", "bad", ".prentice/waivers.yaml", excuse), base: files("a", "good")}); out.Verdict != "fail" {
		t.Errorf("a change waives its own finding: %s", out.Verdict)
	}
	if out := run(&repo{folder: files("a", "bad"), base: files("a", "good", ".prentice/waivers.yaml", excuse)}); out.Verdict != "pass" || out.Waived != 1 {
		t.Errorf("a waiver of the base does not hold: %s", out.Verdict)
	}
	if out := run(&repo{folder: files("a", "bad"), base: files("a", "bad")}); out.Verdict != "pass" || out.Old != 1 {
		t.Errorf("what was wrong before counts: %s, %d old", out.Verdict, out.Old)
	}
	if out := run(&repo{folder: files("a", "bad", "b", "bad"), base: files("a", "bad")}); out.Verdict != "fail" {
		t.Errorf("a new finding beside an old one: %s", out.Verdict)
	}
	mine := check.BaselineOf([]check.Finding{{Rule: "words/bad", Path: "a", Saw: "bad"}}).Text()
	if out := run(&repo{folder: files("a", "bad", ".prentice/baseline.yaml", mine), base: files("a", "good")}); out.Verdict != "fail" {
		t.Errorf("a change adds to the baseline: %s", out.Verdict)
	}
}

func TestWhatIsAgreedOnAndCannotBeReadIsUnknown(t *testing.T) {
	out, err := deps(&repo{folder: files("a", "good", ".prentice/waivers.yaml", "waivers: [")}, "bad").run(t.Context(), op.Call{}, RunIn{})
	if err != nil || out.Verdict != "unknown" || !strings.Contains(out.Text(), ".prentice/waivers.yaml") {
		t.Errorf("%s, %v\n%s", out.Verdict, err, out.Text())
	}
}

func TestARuleOfATeamWithoutTeethDoesNotBlock(t *testing.T) {
	d := deps(&repo{folder: files("a", "bad")})
	d.Kinds = func() []check.Kind {
		k := words("bad")
		rules := k.Rules
		k.Rules = func(ctx context.Context, t *check.Tree) ([]check.Rule, error) {
			list, err := rules(ctx, t)
			list[0].Source, list[0].Violations = "standards/x.md:3", nil
			return list, err
		}
		return []check.Kind{k}
	}
	out, err := d.run(t.Context(), op.Call{}, RunIn{})
	if err != nil || out.Verdict != "pass" || !strings.Contains(out.Text(), "unproven") {
		t.Errorf("%s, %v\n%s", out.Verdict, err, out.Text())
	}
	proved, err := d.prover(t.Context(), op.Call{}, ProveIn{})
	if err != nil || proved.ExitCode() != op.NotWell || proved.Unproven != 1 {
		t.Errorf("%+v, %v", proved, err)
	}
}

// What cannot be read has no examples, and no one judged it: it is no rule without teeth.
func TestRulesThatCannotBeReadKeepACheckFromPassing(t *testing.T) {
	broken := func(what string, change func(*check.Kind)) {
		d := deps(&repo{folder: files("a", "good")})
		d.Kinds = func() []check.Kind {
			k := words("bad")
			k.Name = "policies"
			change(&k)
			return []check.Kind{words("worse"), k}
		}
		out, err := d.run(t.Context(), op.Call{}, RunIn{})
		if err != nil || out.Verdict != "unknown" || strings.Contains(out.Text(), "does not block") {
			t.Errorf("%s: %s, %v\n%s", what, out.Verdict, err, out.Text())
		}
	}
	broken("a policy", func(k *check.Kind) {
		k.Rules = func(context.Context, *check.Tree) ([]check.Rule, error) {
			return nil, prentice.Errorf(prentice.Invalid, "the policy has no key x")
		}
	})
	broken("a standard", func(k *check.Kind) {
		k.Rules = func(context.Context, *check.Tree) ([]check.Rule, error) {
			return []check.Rule{{ID: "unread/x", Kind: "policies", Says: "x can be read", Severity: claims.Block, Source: ".prentice/standards/x.md", Asks: "!x"}}, nil
		}
	})
}

func TestRulesAreChosenByTheirNameOrStandard(t *testing.T) {
	d := deps(&repo{folder: files("a", "bad")}, "bad", "worse")
	for name, want := range map[string]int{"words": 2, "words/": 2, "words/bad": 1, "rule/words/bad": 1} {
		out, err := d.run(t.Context(), op.Call{}, RunIn{Only: []string{name}})
		if err != nil || len(out.Rules) != want {
			t.Errorf("%s: %d, %v", name, len(out.Rules), err)
		}
	}
	_, err := d.run(t.Context(), op.Call{}, RunIn{Only: []string{"wrods/bad"}})
	if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(err.Error(), "did you mean words/bad") {
		t.Errorf("%v", err)
	}
}

func TestTheBaselineTakesAllTheFirstTimeAndOnlyBecomesShorter(t *testing.T) {
	r := &repo{folder: files("a", "bad\n", "b", "bad here\n")}
	d := deps(r, "bad")
	out, err := d.baseline(t.Context(), op.Call{}, BaselineIn{})
	if err != nil || out.Written || len(r.written) > 0 || !strings.Contains(out.Text(), "nothing is written") {
		t.Errorf("it is shown first: %+v, %v", out, err)
	}
	if out, err = d.baseline(t.Context(), op.Call{}, BaselineIn{Write: true}); err != nil || !out.Written {
		t.Fatal(out, err)
	}
	r.folder.Files[".prentice/baseline.yaml"] = string(r.written[0].Content)
	run := func() Checked {
		out, err := d.run(t.Context(), op.Call{}, RunIn{})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := run(); out.Verdict != "pass" || out.Old != 2 {
		t.Errorf("%s, %d old", out.Verdict, out.Old)
	}
	delete(r.folder.Files, "b")
	r.folder.Files["c"] = "another bad\n"
	if out := run(); out.Verdict != "fail" || out.Gone != 1 {
		t.Errorf("%s, %d gone", out.Verdict, out.Gone)
	}
	if _, err = d.baseline(t.Context(), op.Call{}, BaselineIn{Write: true}); err != nil {
		t.Fatal(err)
	}
	b, _ := check.ReadBaseline(r.written[1].Content)
	if len(b.Old) != 1 || b.Old[0].Path != "a" {
		t.Errorf("it grew: %+v", b)
	}
}

func TestAWaiverIsShownBeforeItIsWrittenAndReadAsItWasMeant(t *testing.T) {
	r := &repo{folder: files("a", "bad")}
	d := deps(r, "bad")
	in := WaiveIn{Rule: "words/bad", Where: "a", Reason: "it's \"old\": #1", Owner: "group/platform", Expires: "30d", Write: true}
	if _, err := d.waive(t.Context(), op.Call{}, in); err != nil {
		t.Fatal(err)
	}
	r.folder.Files[check.WaiverFile] = string(r.written[0].Content)
	out, err := d.run(t.Context(), op.Call{}, RunIn{})
	if err != nil || out.Verdict != "pass" || out.Waived != 1 || out.Rules[1].Findings[0].Waiver.Reason != in.Reason {
		t.Errorf("%+v, %v", out, err)
	}
	in.Where = "b"
	if _, err := d.waive(t.Context(), op.Call{}, in); err != nil {
		t.Fatal(err)
	}
	if list, problems := check.ReadWaivers(r.written[1].Content); len(problems) > 0 || len(list) != 2 {
		t.Errorf("the second: %+v, %v", list, problems)
	}
	for name, change := range map[string]func(*WaiveIn){
		"no such rule": func(in *WaiveIn) { in.Rule = "words/none" }, "no owner": func(in *WaiveIn) { in.Owner = "me" }, "over": func(in *WaiveIn) { in.Expires = "2026-03-01" },
		"too far": func(in *WaiveIn) { in.Expires = "2028-01-01" }, "no day": func(in *WaiveIn) { in.Expires = "soon" }, "no pattern": func(in *WaiveIn) { in.Where = "[" }, "many days": func(in *WaiveIn) { in.Expires = "9999d" },
	} {
		bad := in
		if change(&bad); name != "" {
			if _, err := d.waive(t.Context(), op.Call{}, bad); err == nil {
				t.Errorf("%s was written", name)
			}
		}
	}
}

func TestAFixIsJudgedAgainBeforeItIsShown(t *testing.T) {
	r := &repo{folder: files("a", "bad and worse\n", "b", "good\n")}
	d := deps(r, "bad", "worse")
	out, err := d.fix(t.Context(), op.Call{}, FixIn{})
	if err != nil || out.Left != 0 || len(r.written) > 0 || !strings.Contains(out.Patch, "+fine and fine") || !strings.Contains(out.Says, "2 findings are fixed") {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err = d.fix(t.Context(), op.Call{}, FixIn{Write: true}); err != nil || string(r.written[0].Content) != "fine and fine\n" || !out.Written {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestReportsHoldHostileTextsAsTexts(t *testing.T) {
	name := "a\n::error::x\x1b[31m,\"<b>&%\xff"
	r := &repo{folder: files(name, "bad ]]> <script>alert(1)</script>\x1b[0m", "plain", "bad")}
	out, err := deps(r, "bad", "!worse").run(t.Context(), op.Call{}, RunIn{})
	if err != nil {
		t.Fatal(err)
	}
	print := func(as string) string { out.as = as; return string(out.Printed()) }
	var sarif struct {
		Runs []struct{ Results []sarifResult }
	}
	if err := json.Unmarshal([]byte(print("sarif")), &sarif); err != nil || len(sarif.Runs[0].Results) != 2 || sarif.Runs[0].Results[0].Locations[0].Physical.Artifact.URI != "a%0A%3A%3Aerror%3A%3Ax%1B%5B31m%2C%22%3Cb%3E&%25%FF" {
		t.Errorf("sarif: %v\n%s", err, print("sarif"))
	}
	var junit junitSuites
	if err := xml.Unmarshal([]byte(print("junit")), &junit); err != nil || junit.Suites[0].Failures != 1 || junit.Suites[0].Errors != 1 {
		t.Errorf("junit: %v\n%s", err, print("junit"))
	}
	for l := range strings.Lines(print("github")) {
		if strings.HasPrefix(l, "::error") && !strings.HasPrefix(l, "::error file=") || strings.Contains(l, "\x1b") {
			t.Errorf("a workflow would take this for a command: %q", l)
		}
	}
	if html := print("html"); strings.Contains(html, "<script>") || strings.Contains(html, "<b>") || !strings.Contains(html, "&lt;script&gt;") {
		t.Errorf("html: %s", html)
	}
	if strings.Contains(out.Text(), "\x1b") || !utf8.ValidString(out.Text()) {
		t.Errorf("the terminal: %q", out.Text())
	}
}

func TestSARIFMarksWhatIsSuppressedAndDoesNotDropIt(t *testing.T) {
	waived := "waivers:\n  - {rule: words/bad, where: b, reason: old, owner: group/x, expires: 2026-12-31}\n"
	old := check.BaselineOf([]check.Finding{{Rule: "words/bad", Path: "a", Saw: "bad"}}).Text()
	out, err := deps(&repo{folder: files("a", "bad", "b", "bad", "c", "bad", check.WaiverFile, waived, check.BaselineFile, old)}, "bad").run(t.Context(), op.Call{}, RunIn{Report: "sarif"})
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out.Printed(), &log); err != nil || len(log.Runs) != 1 {
		t.Fatal(err)
	}
	var states []string
	for _, r := range log.Runs[0].Results {
		states = append(states, r.Baseline+" "+map[bool]string{true: "suppressed", false: "open"}[len(r.Suppressions) > 0])
	}
	if got := strings.Join(states, ", "); got != "unchanged suppressed, new suppressed, new open" {
		t.Error(got)
	}
}

func TestAFolderThatIsWatchedIsCheckedOnceForEachContent(t *testing.T) {
	r := &repo{folder: files("a", "good")}
	d := deps(r, "bad")
	first, err := d.again(t.Context(), WatchIn{}, "")
	if err != nil || first == nil || first.Verdict != "pass" {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := d.again(t.Context(), WatchIn{}, first.Digest); again != nil || err != nil {
		t.Errorf("it was checked twice: %+v, %v", again, err)
	}
	r.folder.Files["a"] = "bad"
	if again, err := d.again(t.Context(), WatchIn{}, first.Digest); err != nil || again == nil || again.Verdict != "fail" {
		t.Errorf("%+v, %v", again, err)
	}
}
