package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

func written(name, front string) (path, text string) {
	return pipeline.Folder + "/" + name + ".md", "---\ncheck: " + name + "\nsummary: It holds\n" + front + "---\n```sh\ntrue\n```\n"
}

func holding(files map[string]string, checks ...[2]string) *check.Tree {
	all := map[string]string{}
	for path, text := range files {
		all[path] = text
	}
	for _, c := range checks {
		path, text := written(c[0], c[1])
		all[path] = text
	}
	return check.Example{Files: all}.Tree()
}

// desk performs checks by a table: what it says of a check, or an error.
type desk struct {
	mu           sync.Mutex
	fails        map[string]bool
	errs         map[string]error
	did          []string
	saw          map[string]int
	open, closed int
}

func (d *desk) Close() error { d.closed++; return nil }

func (d *desk) Perform(_ context.Context, t *check.Tree, c pipeline.Check) (pipeline.Result, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.saw == nil {
		d.saw = map[string]int{}
	}
	d.did, d.saw[c.Name] = append(d.did, c.Name), len(t.Files)
	return pipeline.Result{Passed: !d.fails[c.Name], Says: "exit code 1"}, d.errs[c.Name]
}

func judged(t *testing.T, d *desk, tree *check.Tree, keep check.Keeper) map[string]check.Judged {
	t.Helper()
	j := check.Judge{Kinds: []check.Kind{(&pipeline.Judge{Open: func(context.Context) (pipeline.Place, error) { d.open++; return d, nil }, Room: 2}).Kind()}, Keep: keep}
	rules, _ := j.Rules(t.Context(), tree)
	list, err := j.All(t.Context(), tree, rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Remember(t.Context(), tree, list); err != nil {
		t.Fatal(err)
	}
	if d.open != d.closed {
		t.Errorf("opened %d times, closed %d times", d.open, d.closed)
	}
	by := map[string]check.Judged{}
	for _, one := range list {
		by[strings.TrimPrefix(one.Rule.ID, "checks/")] = one
	}
	return by
}

func TestACheckBeginsWhenThoseThatItNeedsHavePassed(t *testing.T) {
	d := &desk{fails: map[string]bool{"vet": true}}
	tree := holding(nil, [2]string{"a-last", "needs: [build]\n"}, [2]string{"build", ""}, [2]string{"deploy", "needs: [a-last, vet]\n"}, [2]string{"vet", ""}, [2]string{"after", "needs: deploy\n"})
	by := judged(t, d, tree, nil)
	for name, want := range map[string]struct {
		truth  prentice.Truth
		reason string
	}{"a-last": {prentice.Pass, ""}, "build": {prentice.Pass, ""}, "vet": {prentice.Fail, ""}, "deploy": {prentice.NotSeen, "needs vet, which failed"}, "after": {prentice.NotSeen, "needs deploy, which is unknown"}} {
		if o := by[name].Outcome; o.Truth != want.truth || !strings.Contains(o.Reason, want.reason) {
			t.Errorf("%s: %s %q", name, o.Truth, o.Reason)
		}
	}
	if order := strings.Join(d.did, " "); strings.Index(order, "build") > strings.Index(order, "a-last") || len(d.did) != 3 {
		t.Error(order)
	}
}

func TestWhatIsNotUnderstoodOrNotGivenHereIsUnknownAndNotPerformed(t *testing.T) {
	d := &desk{errs: map[string]error{"nowhere": errors.New("there is no sandbox here")}}
	tree := holding(map[string]string{pipeline.Folder + "/broken.md": "---\ncheck: broken\n---\n", pipeline.Folder + "/README.md": "# Checks\n", pipeline.Folder + "/old/x.md": "# Notes\n"},
		[2]string{"services", "services: [db]\n"},
		[2]string{"nowhere", ""}, [2]string{"circle", "needs: circle\n"}, [2]string{"needy", "needs: [gone]\n"})
	by := judged(t, d, tree, nil)
	for name, reason := range map[string]string{"broken": "no summary", "services": "write image: NAME", "nowhere": "no sandbox here", "circle": "circle", "needy": `needs "gone"`} {
		if o := by[name].Outcome; o.Truth != prentice.NotSeen || !strings.Contains(o.Reason, reason) {
			t.Errorf("%s: %s %q", name, o.Truth, o.Reason)
		}
	}
	if len(by) != 5 || len(d.did) != 1 {
		t.Error(by, d.did)
	}
}

type memory map[claimsBasis]check.Outcome

func TestAVerdictIsReusedAsLongAsWhatTheCheckDependsOnStays(t *testing.T) {
	d, keep := &desk{fails: map[string]bool{"red": true}}, memory{}
	docs, red := [2]string{"docs", "paths: [docs/**]\n"}, [2]string{"red", ""}
	files := func(doc, code string) map[string]string { return map[string]string{"docs/a.md": doc, "code.go": code} }
	judged(t, d, holding(files("1", "1"), docs, red), keep)
	if d.saw["docs"] != 1 || d.saw["red"] != 4 {
		t.Errorf("a check is given what it depends on, and no more: %v", d.saw)
	}
	for _, c := range []struct {
		name string
		tree *check.Tree
		did  string
	}{
		{"nothing changed", holding(files("1", "1"), docs, red), ""},
		{"the code changed", holding(files("1", "2"), docs, red), "red"},
		{"the documents changed", holding(files("2", "2"), docs, red), "docs red"},
		{"the check changed", holding(files("2", "2"), [2]string{"docs", "paths: [docs/**]\ntimeout: 5m\n"}, red), "docs red"},
		{"one that needs what failed before", holding(files("2", "2"), [2]string{"docs", "paths: [docs/**]\ntimeout: 5m\n"}, red, [2]string{"z", "paths: [docs/**]\nneeds: red\n"}), "red"},
	} {
		d.did = nil
		by := judged(t, d, c.tree, keep)
		if did := strings.Join(sortedOf(d.did), " "); did != c.did {
			t.Errorf("%s: performed %q", c.name, did)
		}
		if by["red"].Outcome.Truth != prentice.Fail {
			t.Errorf("%s: %+v", c.name, by["red"])
		}
		if z, found := by["z"]; found && !strings.Contains(z.Outcome.Reason, "needs red, which failed") {
			t.Error(z.Outcome)
		}
	}
}
