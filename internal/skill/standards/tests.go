package standards

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/testreport"
	"prentice/internal/op"
)

// TestsIn says which cases.
type TestsIn struct {
	Dir  string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	Show string `json:"show,omitempty" enum:"failing,flaky,slowest,quarantined,all" doc:"Only some: those that fail, that are flaky, the slowest, those in quarantine, or all. Without it what needs eyes, and the slowest."`
}

// Tests are the test cases of a repository's checks, as this working copy saw them.
type Tests struct {
	Cases  []CaseLine `json:"cases"`
	Known  int        `json:"known"` // cases in all
	Flaky  int        `json:"flaky"`
	Failed int        `json:"failing"`
	Show   string     `json:"show,omitempty"` // which cases were asked for
}

// CaseLine is one test case, and what is known of it.
type CaseLine struct {
	Check   string            `json:"check"`
	Name    string            `json:"name"`
	Last    testreport.Status `json:"last"` // how it ended last
	At      time.Time         `json:"at"`
	Took    time.Duration     `json:"took"` // in the middle
	Runs    int               `json:"runs"` // that are known
	Failing time.Time         `json:"failing_since,omitzero"`
	Newly   bool              `json:"newly,omitempty"` // it passed before that
	Flaky   time.Time         `json:"flaky,omitzero"`  // when it last passed and failed on one content

	Quarantine *check.Quarantine `json:"quarantine,omitempty"`
}

// slow is how many of the slowest are shown.
const slow = 10

func testsOp(d Deps) op.Op {
	return op.New("check.tests", prentice.Look, prentice.Viewer, "Show the test cases that fail, are flaky, slow or in quarantine", d.tests).
		WithExample("prentice check tests").WithoutState().OnlyHere().WithHelp(
		"Reads the history of test cases that the repository's checks leave in .git/prentice: it is of this working copy alone. A case is newly failing when it passed before. It is flaky when it passed and failed on one content: what a check depends on was the same, so the case tells of chance.\n\n" +
			"A case may be put in quarantine by name, with an owner, a reason and an end, in .prentice/quarantine.yaml. It is run as ever, and shown; its failures do not count until the end. Of a change, the quarantine counts that its base has.")
}

func (d Deps) tests(ctx context.Context, _ op.Call, in TestsIn) (Tests, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Tests{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	if l.wrong != nil {
		return Tests{}, l.wrong
	}
	if d.Tests == nil || l.tree.Keep == "" {
		return Tests{}, unavailable("the history of test cases")
	}
	h, err := d.Tests(l.tree.Keep)
	if err != nil {
		return Tests{}, err
	}
	return testsOf(d.now(), h, l.agreed, in.Show), nil
}

// testsOf are the cases that are to be shown, with what needs eyes first.
func testsOf(now time.Time, h testreport.History, a check.Agreed, show string) Tests {
	t := Tests{Known: len(h.Cases), Cases: []CaseLine{}, Show: show}
	var all []CaseLine
	for _, p := range h.Cases {
		c := CaseLine{Check: p.Check, Name: p.Name, Last: p.Last().Status, At: p.Last().At, Took: p.Took().Round(time.Millisecond), Runs: len(p.Attempts)}
		c.Failing, c.Newly = p.Failing()
		c.Flaky, _ = p.Flaky()
		c.Quarantine = a.InQuarantine(now, p.Name)
		if !c.Flaky.IsZero() {
			t.Flaky++
		}
		if !c.Failing.IsZero() {
			t.Failed++
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b CaseLine) int { return cmp.Compare(b.Took, a.Took) })
	for i, c := range all {
		if c.shown(show, i) {
			t.Cases = append(t.Cases, c)
		}
	}
	if show != "slowest" {
		slices.SortStableFunc(t.Cases, func(a, b CaseLine) int { return cmp.Compare(a.rank(), b.rank()) })
	}
	return t
}

// shown says whether the case, of which so many are slower, is to be shown.
func (c CaseLine) shown(show string, slower int) bool {
	switch show {
	case "failing":
		return !c.Failing.IsZero()
	case "flaky":
		return !c.Flaky.IsZero()
	case "quarantined":
		return c.Quarantine != nil
	case "slowest":
		return slower < slow
	case "all":
		return true
	}
	return slower < slow || c.rank() < 4
}

// rank orders cases by how much they need eyes.
func (c CaseLine) rank() int {
	switch {
	case c.Quarantine != nil:
		return 3
	case c.Newly && c.Flaky.IsZero():
		return 0
	case !c.Failing.IsZero() && c.Flaky.IsZero():
		return 1
	case !c.Flaky.IsZero():
		return 2
	}
	return 4
}

// says is what is known of the case, in a few words.
func (c CaseLine) says() string {
	var parts []string
	switch {
	case c.Newly:
		parts = append(parts, "newly failing since "+op.At(c.Failing))
	case !c.Failing.IsZero():
		parts = append(parts, "failing since "+op.At(c.Failing))
	}
	if !c.Flaky.IsZero() {
		parts = append(parts, "flaky, last seen "+c.Flaky.UTC().Format(time.DateOnly))
	}
	if q := c.Quarantine; q != nil {
		parts = append(parts, "quarantined until "+q.Last()+", of "+string(q.Owner))
	}
	return strings.Join(parts, "; ")
}

// Table implements op.Tabler.
func (t Tests) Table() ([]string, [][]string) {
	var rows [][]string
	for _, c := range t.Cases {
		rows = append(rows, []string{line(c.Name), c.Check, string(c.Last), c.Took.String(), c.says()})
	}
	return []string{"CASE", "CHECK", "LAST", "TOOK", "WHAT IS KNOWN"}, rows
}

// Empty implements op.Emptier.
func (t Tests) Empty() string {
	if t.Known > 0 {
		return "No test case is " + t.Show + "; " + op.Count(t.Known, "is", "are") + " known."
	}
	return "No test case is known. They will stand here when a check in .prentice/checks names its reports (reports: {junit: report.xml}) and was run: prentice check"
}

var (
	_ op.Tabler  = Tests{}
	_ op.Emptier = Tests{}
)
