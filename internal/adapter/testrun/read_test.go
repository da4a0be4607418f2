package testrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
)

// desk reads reports, and keeps the history in memory.
type desk struct {
	t       *testing.T
	history testreport.History
	broken  error
}

// read is what the reports with these texts say, of a tree with this one file.
func (d *desk) read(content string, reports map[string]string) pipeline.Said {
	d.t.Helper()
	dir := d.t.TempDir()
	for name, text := range reports {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if to, link := strings.CutPrefix(text, "link:"); link {
			if err := os.Symlink(to, file); err != nil {
				d.t.Fatal(err)
			}
		} else if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	tree := check.Example{Files: map[string]string{"cart/cart_test.go": content, "other/cart_test.go": ""}}.Tree()
	tree.Keep = "kept"
	c := pipeline.Check{Name: "unit", File: ".prentice/checks/unit.md", Digest: "d", Reports: pipeline.Reports{JUnit: []string{"out/*.xml", "go.json"}, Coverage: []string{"cover.out"}, SARIF: []string{"lint.sarif"}}}
	r := Reader{Now: func() time.Time { return time.Unix(0, 0) }, Add: func(_ context.Context, t *check.Tree, name string, add func(*testreport.History)) (testreport.History, error) {
		if t.Keep != "kept" || name != "unit" {
			d.t.Errorf("kept of %q in %q", name, t.Keep)
		}
		add(&d.history)
		return d.history, d.broken
	}}
	said, err := r.Read(d.t.Context(), tree, c, root)
	if err != nil {
		d.t.Fatal(err)
	}
	return said
}

func lines(s pipeline.Said) string {
	var b strings.Builder
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "%s:%d: %s [%s]\n", f.Path, f.Line, f.Says, f.Case)
	}
	if s.Whole {
		b.WriteString("whole\n")
	}
	return b.String()
}

func junit(cases string) map[string]string {
	return map[string]string{"out/a.xml": "<testsuite>" + cases + "</testsuite>"}
}

const good, bad = `<testcase name="a"/>`, `<testcase name="a"><failure/></testcase>`

func TestACaseThatPassedAndFailedOnOneContentIsFlakyWhicheverCameLast(t *testing.T) {
	d := &desk{t: t}
	for i, c := range []struct{ content, cases, want string }{
		{"1", good, ""},
		{"1", good, ""},
		{"1", bad, ".prentice/checks/unit.md:1: a failed, and passed before on the same content: it is flaky [a]\nwhole\n"},
		{"1", good, ".prentice/checks/unit.md:1: a passed, and failed before on the same content: it is flaky [a]\n"},
		{"2", good, ""},
		{"3", bad, ".prentice/checks/unit.md:1: a failed [a]\nwhole\n"},
		{"4", `<testcase name="a"><flakyFailure/></testcase>`, ".prentice/checks/unit.md:1: a passed, and failed before on the same content: it is flaky [a]\n"},
	} {
		if got := lines(d.read(c.content, junit(c.cases))); got != c.want {
			t.Errorf("run %d:\n%swant\n%s", i+1, got, c.want)
		}
	}
}

func TestAFailureStandsWhereTheCaseSaysThatItIs(t *testing.T) {
	d := &desk{t: t}
	got := lines(d.read("x", map[string]string{"go.json": `{"Action":"output","Package":"shop/cart","Test":"TestA","Output":"    cart_test.go:7: no\n"}
{"Action":"fail","Package":"shop/cart","Test":"TestA"}`, "out/b.xml": `<testsuite><testcase name="b" file="cart/cart_test.go" line="3"><failure/></testcase><testcase name="c" file="../../etc/passwd" line="3"><failure/></testcase></testsuite>`}))
	want := "cart/cart_test.go:3: b failed [b]\n.prentice/checks/unit.md:1: c failed [c]\ncart/cart_test.go:7: shop/cart.TestA failed [shop/cart.TestA]\nwhole\n"
	if got != want {
		t.Errorf("%swant\n%s", got, want)
	}
}

func TestAFailureIsShownByWhatItSaysFirst(t *testing.T) {
	says := "want 1, got 2\n" + strings.Repeat("  at a place\n", 50)
	s := (&desk{t: t}).read("x", junit(`<testcase name="a"><failure>`+says+`</failure></testcase>`))
	if p := s.Findings[0].Printed; len(p) != mostPrinted || p[0] != "want 1, got 2" {
		t.Errorf("%q", p)
	}
}

func TestReportsThatAreNotWholeExplainNothing(t *testing.T) {
	for name, c := range map[string]struct {
		reports map[string]string
		want    string
	}{
		"one that is cut off":             {map[string]string{"out/a.xml": "<testsuite>" + bad}, ".prentice/checks/unit.md:1: the report out/a.xml cannot be read: line 1: the file ends within <testsuite>: see whether the program that wrote it was ended before it was done []\n"},
		"failures that no case is of":     {map[string]string{"out/a.xml": `<testsuite failures="3">` + bad + `</testsuite>`}, ".prentice/checks/unit.md:1: a failed [a]\n.prentice/checks/unit.md:1: the reports claim 2 more failures, and name no case for them []\n"},
		"coverage that is none":           {map[string]string{"out/a.xml": "<testsuite>" + bad + "</testsuite>", "cover.out": "x"}, ".prentice/checks/unit.md:1: a failed [a]\n.prentice/checks/unit.md:1: the report cover.out cannot be read: the report begins with \"x\": it is neither a Go cover profile, nor LCOV, nor Cobertura: have the tests write one of them there []\n"},
		"a link to one, which is no file": {map[string]string{"out/a.xml": "link:/etc/passwd"}, ""},
	} {
		if got := lines((&desk{t: t}).read("x", c.reports)); got != c.want {
			t.Errorf("%s:\n%swant\n%s", name, got, c.want)
		}
	}
}

func TestReportsWithoutACaseSayThatNothingWasTested(t *testing.T) {
	for text, want := range map[string]bool{"": true, `<testcase name="a"><skipped/></testcase>`: true, good: false, bad: false} {
		if s := (&desk{t: t}).read("x", junit(text)); s.Nothing != want {
			t.Errorf("%q: %+v", text, s)
		}
	}
}

func TestAHistoryThatCannotBeKeptIsSaidAndTheCasesCount(t *testing.T) {
	s := (&desk{t: t, broken: errors.New("the disk\nis full")}).read("x", junit(bad))
	if !strings.Contains(s.Says, "; the disk is full") || len(s.Findings) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestWhatAnAnalyserFoundIsAFindingOfTheCheck(t *testing.T) {
	got := lines((&desk{t: t}).read("x", map[string]string{"lint.sarif": `{"version":"2.1.0","runs":[{"results":[
{"ruleId":"nil","message":{"text":"it may be nil"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"cart/cart_test.go"},"region":{"startLine":4}}}]},
{"ruleId":"far","message":{"text":"elsewhere"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"/etc/passwd"},"region":{"startLine":4}}}]}]}]}`}))
	want := "cart/cart_test.go:4: nil: it may be nil []\n.prentice/checks/unit.md:1: far: elsewhere []\n"
	if got != want {
		t.Errorf("%swant\n%s", got, want)
	}
	if got := lines((&desk{t: t}).read("x", map[string]string{"lint.sarif": "{"})); !strings.Contains(got, "the report lint.sarif cannot be read") {
		t.Error(got)
	}
}

func TestCoverageIsThatOfAllReportsTogether(t *testing.T) {
	s := (&desk{t: t}).read("x", map[string]string{"out/a.xml": "<testsuite>" + good + "</testsuite>", "cover.out": "mode: set\na.go:1.1,2.2 3 1\na.go:3.1,4.2 1 0\n"})
	if s.Coverage == nil || *s.Coverage != 750 || s.Says != "1 case passed, 0 failed, 75.0 % covered" {
		t.Errorf("%+v", s)
	}
}
