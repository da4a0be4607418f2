package standards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/testreport"
	"prentice/internal/op"
)

// TestsIn says which cases of a folder.
type TestsIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	WhichTests
}

// WhichTests says which cases.
type WhichTests struct {
	Show string `json:"show,omitempty" enum:"failing,flaky,slowest,quarantined,all" doc:"Only some: those that fail, that are flaky, the slowest, those in quarantine, or all. Without it what needs eyes, and the slowest."`
	Text string `json:"text,omitempty" maxLength:"200" example:"basket" doc:"Only those whose name, or check, has these words."`
}

// Tests are the test cases of a repository's checks.
type Tests struct {
	Cases       []CaseLine `json:"cases"`
	Known       int        `json:"known"` // cases in all
	Flaky       int        `json:"flaky"`
	Failed      int        `json:"failing"`
	Quarantined int        `json:"quarantined"`
	Show        string     `json:"show,omitempty"` // which cases were asked for
	Words       string     `json:"text,omitempty"`
	More        int        `json:"more,omitempty"` // that fit and are not listed
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

	Attempts   []testreport.Attempt `json:"attempts"` // the newest last
	Quarantine *check.Quarantine    `json:"quarantine,omitempty"`
}

// slow is how many of the slowest are shown, and mostCases how many cases are at most.
const (
	slow      = 10
	mostCases = 500
)

func testsOp(d Deps) op.Op {
	return op.New("check.tests", prentice.Look, prentice.Viewer, "Show the test cases that fail, are flaky, slow or in quarantine", d.tests).
		WithExample("prentice check tests").WithoutState().OnlyHere().WithHelp(
		"Reads the history of test cases that the repository's checks leave in .git/prentice: it is of this working copy alone. A case is newly failing when it passed before. It is flaky when it passed and failed on one content: what a check depends on was the same, so the case tells of chance.\n\n" +
			"A case may be put in quarantine by name, with an owner, a reason and an end, in .prentice/quarantine.yaml. It is run as ever, and shown; its failures do not count until the end. Of a change, the quarantine counts that its base has.")
}

func (d Deps) tests(ctx context.Context, _ op.Call, in TestsIn) (Tests, error) {
	l, h, err := d.historyHere(ctx, in.Dir)
	if err != nil {
		return Tests{}, err
	}
	return testsOf(d.now(), h, l.agreed, in.WhichTests), nil
}

// testsOf are the cases that are to be shown, with what needs eyes first.
func testsOf(now time.Time, h testreport.History, a check.Agreed, which WhichTests) Tests {
	t := Tests{Known: len(h.Cases), Cases: []CaseLine{}, Show: which.Show, Words: which.Text}
	all := linesOf(now, h, a)
	for _, c := range all {
		t.Flaky += one(!c.Flaky.IsZero())
		t.Failed += one(!c.Failing.IsZero())
		t.Quarantined += one(c.Quarantine != nil)
	}
	slices.SortStableFunc(all, func(a, b CaseLine) int { return cmp.Compare(b.Took, a.Took) })
	slower := 0
	for _, c := range all {
		if !has(c.Name+" "+c.Check, which.Text) {
			continue
		}
		if c.shown(which.Show, slower) {
			t.Cases = append(t.Cases, c)
		}
		slower++
	}
	if which.Show != "slowest" {
		slices.SortStableFunc(t.Cases, func(a, b CaseLine) int { return cmp.Compare(a.rank(), b.rank()) })
	}
	t.More = max(0, len(t.Cases)-mostCases)
	t.Cases = t.Cases[:len(t.Cases)-t.More]
	return t
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// has says whether a text has all words of another.
func has(text, words string) bool {
	text = strings.ToLower(text)
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// linesOf are all cases that are known, and those in quarantine that never ran.
func linesOf(now time.Time, h testreport.History, a check.Agreed) (all []CaseLine) {
	met := map[string]bool{}
	for _, p := range h.Cases {
		c := CaseLine{Check: p.Check, Name: p.Name, Last: p.Last().Status, At: p.Last().At, Took: p.Took().Round(time.Millisecond), Runs: len(p.Attempts), Attempts: p.Attempts}
		c.Failing, c.Newly = p.Failing()
		c.Flaky, _ = p.Flaky()
		if c.Quarantine = a.InQuarantine(now, p.Name); c.Quarantine != nil {
			met[c.Quarantine.Name] = true
		}
		all = append(all, c)
	}
	for _, q := range a.Quarantined {
		if !met[q.Name] && !q.Over(now) {
			all = append(all, CaseLine{Name: q.Name, Attempts: []testreport.Attempt{}, Quarantine: &q})
		}
	}
	return all
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

// says is all that is known of the case, in a few words.
func (c CaseLine) says() string {
	if q := c.Quarantine; q != nil {
		return strings.TrimPrefix(c.Says()+"; quarantined until "+q.Last()+", of "+string(q.Owner), "; ")
	}
	return c.Says()
}

// Says is how the case was until now, in a few words.
func (c CaseLine) Says() string {
	var parts []string
	switch {
	case c.Runs == 0:
		parts = append(parts, "no check reported it")
	case c.Newly:
		parts = append(parts, "newly failing since "+op.At(c.Failing))
	case !c.Failing.IsZero():
		parts = append(parts, "failing since "+op.At(c.Failing))
	}
	if !c.Flaky.IsZero() {
		parts = append(parts, "flaky, last seen "+c.Flaky.UTC().Format(time.DateOnly))
	}
	return strings.Join(parts, "; ")
}

// Table implements op.Tabler.
func (t Tests) Table() ([]string, [][]string) {
	var rows [][]string
	for _, c := range t.Cases {
		rows = append(rows, []string{line(c.Name), orText(c.Check, "–"), orText(string(c.Last), "–"), c.Took.String(), c.past(), c.says()})
	}
	if t.More > 0 {
		rows = append(rows, []string{fmt.Sprintf("and %d more: narrow them by --text WORDS", t.More), "", "", "", "", ""})
	}
	return []string{"CASE", "CHECK", "LAST", "TOOK", "BEFORE", "WHAT IS KNOWN"}, rows
}

// past is how the attempts ended, a sign for each, the newest last.
func (c CaseLine) past() string {
	var b strings.Builder
	for _, a := range c.Attempts {
		sign, known := map[testreport.Status]string{testreport.Passed: "●", testreport.Failed: "■"}[a.Status]
		if !known {
			sign = "○"
		}
		b.WriteString(sign)
	}
	return b.String()
}

// State is how the case stands, in a word.
func (c CaseLine) State() string {
	switch {
	case c.Quarantine != nil:
		return "quarantined"
	case !c.Flaky.IsZero():
		return "flaky"
	case c.Last == testreport.Failed:
		return string(prentice.Fail)
	case c.Last == testreport.Passed:
		return string(prentice.Pass)
	}
	return string(c.Last)
}

// Bars are the attempts as they are drawn, the newest at the right.
func (c CaseLine) Bars() []Bar {
	const most = 10
	list := make([]Bar, 0, len(c.Attempts))
	for i, a := range c.Attempts {
		x := 1000 - 1000/most*(len(c.Attempts)-i)
		b := Bar{X: x, Width: 1000/most - 12, Y: 0, Height: 100, Verdict: truthOf(a.Status), Says: fmt.Sprintf("%s: %s", op.At(a.At), a.Status)}
		if a.Status == testreport.Skipped {
			b.Y, b.Height = 70, 30
		}
		list = append(list, b)
	}
	return list
}

// BarsSay is the picture in a sentence.
func (c CaseLine) BarsSay() string {
	var passed, failed, skipped int
	for _, a := range c.Attempts {
		passed, failed, skipped = passed+one(a.Status == testreport.Passed), failed+one(a.Status == testreport.Failed), skipped+one(a.Status == testreport.Skipped)
	}
	return fmt.Sprintf("Of the last %d attempts %d passed, %d failed and %d were skipped", len(c.Attempts), passed, failed, skipped)
}

// Latest are the attempts of the table behind the picture, newest first.
func (c CaseLine) Latest() []testreport.Attempt {
	list := slices.Clone(c.Attempts)
	slices.Reverse(list)
	return list
}

func truthOf(s testreport.Status) prentice.Truth {
	switch s {
	case testreport.Passed:
		return prentice.Pass
	case testreport.Failed:
		return prentice.Fail
	}
	return prentice.NotSeen
}

// Empty implements op.Emptier.
func (t Tests) Empty() string {
	if t.Known > 0 {
		if t.Words != "" {
			return "No test case fits; " + op.Count(t.Known, "is", "are") + " known."
		}
		return "No test case is " + t.Show + "; " + op.Count(t.Known, "is", "are") + " known."
	}
	return "No test case is known. They will stand here when a check in .prentice/checks names its reports (reports: {junit: report.xml}) and was run: prentice check"
}

var (
	_ op.Tabler  = Tests{}
	_ op.Emptier = Tests{}
)
