package check

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

// memory keeps outcomes for a test.
type memory map[claims.Basis]Outcome

func (m memory) Kept(_ context.Context, of []claims.Basis) (map[claims.Basis]Outcome, error) {
	found := map[claims.Basis]Outcome{}
	for _, b := range of {
		if o, there := m[b]; there {
			found[b] = o
		}
	}
	return found, nil
}

func (m memory) Keep(_ context.Context, _ time.Time, list map[claims.Basis]Outcome) error {
	for b, o := range list {
		m[b] = o
	}
	return nil
}

// kinds are one that finds "bad", and those that break in some way.
func kinds(asked *int) []Kind {
	rules := func(ids ...string) func(context.Context, *Tree) ([]Rule, error) {
		return func(context.Context, *Tree) (list []Rule, _ error) {
			for _, id := range ids {
				kind, _, _ := strings.Cut(id, "/")
				list = append(list, Rule{ID: id, Kind: kind, Says: id + " holds", Severity: claims.Block})
			}
			return list, nil
		}
	}
	good := word("bad")
	return []Kind{
		{Name: "word", Rules: rules("word/bad", "nobody/judges"), Check: func(ctx context.Context, t *Tree, r []Rule) ([]Outcome, error) {
			*asked++
			return good.Check(ctx, t, r)
		}},
		{Name: "panics", Rules: rules("panics/a", "panics/b"), Check: func(context.Context, *Tree, []Rule) ([]Outcome, error) { panic("a hole") }},
		{Name: "errs", Rules: rules("errs/a"), Check: func(context.Context, *Tree, []Rule) ([]Outcome, error) {
			return nil, errors.New("the tool is gone")
		}},
		{Name: "silent", Rules: rules("silent/a", "silent/b"), Check: func(context.Context, *Tree, []Rule) ([]Outcome, error) {
			return []Outcome{{Rule: "silent/b", Truth: "green"}}, nil
		}},
		{Name: "unread", Rules: func(context.Context, *Tree) ([]Rule, error) { return nil, errors.New("line 3 is wrong") }},
		{Name: "breaks", Rules: func(context.Context, *Tree) ([]Rule, error) { panic("another hole") }},
	}
}

func standing(list []Judged) string {
	var words []string
	for _, j := range list {
		word := j.Rule.ID + " " + string(j.Outcome.Truth)
		if j.Outcome.Truth == prentice.NotSeen {
			word += " (" + j.Outcome.Reason + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

func TestWhatCannotBeJudgedIsUnknownWithItsReason(t *testing.T) {
	asked := 0
	j := Judge{Kinds: kinds(&asked)}
	tree := Example{Files: map[string]string{"a": "a bad word"}}.Tree()
	rules, silent := j.Rules(t.Context(), tree)
	list, err := j.All(t.Context(), tree, rules)
	if err != nil {
		t.Fatal(err)
	}
	got := standing(append(list, silent...))
	for _, want := range []string{"word/bad fail", "nobody/judges unknown (no one judges", "panics/a unknown (the check panics is broken: a hole, at ", "panics/b unknown", "errs/a unknown (the tool is gone)",
		"silent/a unknown (silent says nothing of it)", "silent/b unknown (no one said why)", "unread/rules unknown (line 3 is wrong)", "breaks/rules unknown"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s: not in %s", want, got)
		}
	}
}

func TestNothingIsJudgedTwiceAndUnknownIsNoAnswer(t *testing.T) {
	asked := 0
	j := Judge{Kinds: kinds(&asked), Keep: memory{}}
	look := func(text string) []Judged {
		tree := Example{Files: map[string]string{"a": text}}.Tree()
		rules, _ := j.Rules(t.Context(), tree)
		list, err := j.All(t.Context(), tree, rules)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Remember(t.Context(), tree, list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	look("good")
	reused := 0
	for _, one := range look("good") {
		if one.Reused {
			reused++
		}
	}
	if asked != 1 || reused != 1 {
		t.Errorf("asked %d times, %d reused", asked, reused)
	}
	if look("bad"); asked != 2 {
		t.Error("another content was not judged")
	}
	if look("good"); asked != 2 {
		t.Error("what was judged before the last was judged again")
	}
	j.Kinds[0].Tool = func() string { return "word@2" }
	if look("good"); asked != 3 {
		t.Error("another tool was believed what the old one said")
	}
}

func TestARuleWithAFindingDoesNotPassAndFindingsAreBounded(t *testing.T) {
	o := Outcome{Rule: "a/b", Truth: prentice.Pass}
	for range MostFindings + 3 {
		o.Findings = append(o.Findings, Finding{Path: "x"})
	}
	got := bounded(o)
	if got.Truth != prentice.Fail || len(got.Findings) != MostFindings || !strings.Contains(got.Reason, "3 more") || got.Findings[0].Rule != "a/b" {
		t.Errorf("%s %d %q", got.Truth, len(got.Findings), got.Reason)
	}
}

func TestAnInterruptedCheckSaysNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	asked := 0
	j := Judge{Kinds: kinds(&asked), Keep: memory{}}
	tree := Example{Files: map[string]string{"a": "good"}}.Tree()
	rules, _ := j.Rules(ctx, tree)
	if list, err := j.All(ctx, tree, rules); list != nil || prentice.KindOf(err) != prentice.Canceled {
		t.Errorf("%v, %v", list, err)
	}
}

func TestWhatTakesTooLongIsUnknownAndWhatWasJudgedByThenCounts(t *testing.T) {
	slow := Kind{Name: "slow", Slow: true, Rules: func(context.Context, *Tree) ([]Rule, error) {
		return []Rule{{ID: "slow/broken", Kind: "slow"}, {ID: "slow/held", Kind: "slow"}, {ID: "slow/none", Kind: "slow"}, {ID: "slow/still", Kind: "slow"}}, nil
	}, Check: func(ctx context.Context, _ *Tree, _ []Rule) ([]Outcome, error) {
		<-ctx.Done()
		return []Outcome{{Rule: "slow/held", Truth: prentice.Pass}, {Rule: "slow/broken", Truth: prentice.Fail}, {Rule: "slow/still", Truth: prentice.NotSeen, Reason: "it was interrupted"}}, ctx.Err()
	}}
	quick := Kind{Name: "quick", Rules: func(context.Context, *Tree) ([]Rule, error) { return []Rule{{ID: "quick/a", Kind: "quick"}}, nil },
		Check: func(ctx context.Context, _ *Tree, _ []Rule) ([]Outcome, error) {
			if _, ends := ctx.Deadline(); ends {
				return nil, errors.New("what is quick has no time")
			}
			return []Outcome{{Rule: "quick/a", Truth: prentice.Pass}}, nil
		}}
	j := Judge{Kinds: []Kind{slow, quick}, Within: 300 * time.Millisecond}
	rules, _ := j.Rules(t.Context(), nil)
	list, err := j.All(t.Context(), Example{}.Tree(), rules)
	want := "quick/a pass; slow/broken fail; slow/held pass; slow/none unknown (it was not judged within 300ms); slow/still unknown (it was not judged within 300ms)"
	if got := standing(list); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}

func found(rule, path, key string, n int) (list []Finding) {
	for range n {
		list = append(list, Finding{Rule: rule, Path: path, Key: key, Line: len(list) + 1})
	}
	return list
}

func TestOldFindingsMayOnlyBecomeFewer(t *testing.T) {
	tree := Example{Files: map[string]string{"a": "", "b": ""}}.Tree()
	b := BaselineOf(slices.Concat(found("r/1", "a", "k", 2), found("r/1", "gone", "moved", 1), found("r/2", "a", "k", 1)))
	for name, c := range map[string]struct {
		now       []Finding
		old, gone int
	}{
		"as before":              {slices.Concat(found("r/1", "a", "k", 2), found("r/2", "a", "k", 1)), 3, 1},
		"one more of the same":   {found("r/1", "a", "k", 3), 2, 2},
		"fewer":                  {found("r/1", "a", "k", 1), 1, 3},
		"in another file":        {found("r/1", "b", "k", 1), 0, 4},
		"in a file renamed":      {found("r/1", "b", "moved", 1), 1, 3},
		"twice in one renamed":   {found("r/1", "b", "moved", 2), 1, 3},
		"of another rule":        {found("r/3", "a", "k", 1), 0, 4},
		"something else there":   {found("r/1", "a", "other", 1), 0, 4},
		"on other lines":         {[]Finding{{Rule: "r/2", Path: "a", Key: "k", Line: 900, Column: 3}}, 1, 3},
		"spaces are no evidence": {[]Finding{{Rule: "r/2", Path: "a", Key: " k  "}}, 1, 3},
	} {
		old, gone := b.Ages(c.now, tree)
		n := 0
		for _, is := range old {
			if is {
				n++
			}
		}
		if n != c.old || gone != c.gone {
			t.Errorf("%s: %d old and %d gone, want %d and %d", name, n, gone, c.old, c.gone)
		}
	}
	if less := b.Fewer(found("r/1", "a", "k", 5), tree, map[string]bool{"r/1": true, "r/2": true}); len(less.Old) != 1 || less.Old[0].Count != 2 {
		t.Errorf("the shorter one grew: %+v", less)
	}
	if less := b.Fewer(found("r/1", "a", "k", 1), tree, map[string]bool{"r/1": true}); len(less.Old) != 2 || less.Old[1].Rule != "r/2" {
		t.Errorf("what was not judged is taken for gone: %+v", less)
	}
}

func TestABaselineIsReadAsItWasWritten(t *testing.T) {
	hostile := []string{"a\nb: c", "-rf", "esc\x1b[31m", "not\xffutf8", "\"q\"", "{x}", "# no", "é😀", "bytes:%41"}
	var list []Finding
	for _, path := range hostile {
		list = append(list, found("r/1", path, "k", 2)...)
	}
	b := BaselineOf(list)
	again, problems := ReadBaseline([]byte(b.Text()))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range b.Old {
		if want := b.Old[i]; want.Path != "bytes:%41" && again.Old[i] != want {
			t.Errorf("%+v is read as %+v", want, again.Old[i])
		}
	}
	older, problems := ReadBaseline([]byte("findings:\n  - {rule: a, path: b, key: c, count: 2}\n"))
	if len(problems) > 0 || len(older.Old) != 1 || older.Old[0] != (Old{Rule: "a", Path: "b", Key: "c", Count: 2}) {
		t.Errorf("as it was written before: %+v, %v", older.Old, problems)
	}
	if again, problems := ReadBaseline([]byte(Baseline{}.Text())); len(problems) > 0 || len(again.Old) > 0 {
		t.Errorf("an empty one: %v", problems)
	}
	for _, bad := range []string{"", "findings: 3", "findings:\n  - {rule: a}", "findings:\n  - {rule: a, key: b, count: 0}", "finding: []", "findings: [*a]"} {
		if _, problems := ReadBaseline([]byte(bad)); len(problems) == 0 && bad != "" {
			t.Errorf("%q is read", bad)
		}
	}
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestAWaiverHoldsWhereItSaysUntilItsLastDay(t *testing.T) {
	file := "waivers:\n  - rule: r/1\n    where: docs/**\n    reason: old\n    owner: group/platform\n    expires: 2026-03-02\n"
	tree := Example{Files: map[string]string{WaiverFile: file}}.Tree()
	a, err := ReadAgreed(tree)
	if err != nil {
		t.Fatal(err)
	}
	stand := func(now time.Time, f Finding) string {
		list, _ := a.Stand(now, []Judged{{Rule: Rule{ID: f.Rule, Severity: claims.Block}, Outcome: Outcome{Rule: f.Rule, Truth: prentice.Fail, Findings: []Finding{f}}}}, tree)
		var words []string
		for _, s := range list {
			words = append(words, s.Rule.ID+" "+string(s.Truth()))
		}
		return strings.Join(words, ", ")
	}
	for want, c := range map[string]struct {
		now time.Time
		f   Finding
	}{
		"r/1 pass, waivers/in-force pass":  {noon.Add(11 * time.Hour), Finding{Rule: "r/1", Path: "docs/a/b.md"}},
		"r/1 fail, waivers/in-force pass":  {noon, Finding{Rule: "r/1", Path: "src/docs/b.md"}},
		"r/2 fail, waivers/in-force pass":  {noon, Finding{Rule: "r/2", Path: "docs/a.md"}},
		"r/1 fail, waivers/in-force fail":  {noon.Add(12 * time.Hour), Finding{Rule: "r/1", Path: "docs/a.md"}},
		"r/1 fail, waivers/in-force pass ": {noon, Finding{Rule: "r/1"}},
	} {
		if got := stand(c.now, c.f); got != strings.TrimSpace(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestNothingIsExcusedByAFileThatCannotBeRead(t *testing.T) {
	good := "waivers:\n  - {rule: a/b, reason: x, owner: group/x, expires: 2027-01-01}\n"
	for name, text := range map[string]string{
		"no reason":  strings.Replace(good, "reason: x, ", "", 1),
		"no end":     strings.Replace(good, ", expires: 2027-01-01", "", 1),
		"no day":     strings.Replace(good, "2027-01-01", "never", 1),
		"no owner":   strings.Replace(good, "group/x", "x", 1),
		"a typo":     strings.Replace(good, "reason", "reasno", 1),
		"no pattern": strings.Replace(good, "reason", "where: '[', reason", 1),
		"a bomb":     "a: &a [x]\nwaivers: [*a, *a]\n",
		"not YAML":   "waivers: [",
	} {
		a, err := ReadAgreed(Example{Files: map[string]string{WaiverFile: good + text}}.Tree())
		if text == good || err == nil || len(a.Waivers) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err = ReadAgreed(Example{Files: map[string]string{WaiverFile: text}}.Tree()); prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), WaiverFile+":") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPatternsOfPaths(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"a", "a", true}, {"a", "a/b/c", true}, {"a/", "a/b", true}, {"a", "ab", false}, {"*.md", "x.md", true}, {"*.md", "d/x.md", false},
		{"**/x.md", "x.md", true}, {"**/x.md", "a/b/x.md", true}, {"a/**/z", "a/z", true}, {"a/**/z", "a/b/c/z", true}, {"a/**", "a", false}, {"a/**", "a/b", true}, {"**", "a/b", true}, {"a/*/c", "a/b/c/d", true}, {"[", "[", false},
	} {
		if got := Within(c.pattern, c.path); got != c.want {
			t.Errorf("%q of %q: %v", c.path, c.pattern, got)
		}
	}
}
