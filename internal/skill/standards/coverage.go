package standards

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
	"prentice/internal/op"
)

// Covered is how much of a repository's code its tests run, for each check that says so.
type Covered struct {
	Checks []CoverageLine `json:"checks"`
}

// CoverageLine is the coverage of one check.
type CoverageLine struct {
	testreport.Measured
	Tenths  int             `json:"tenths"`            // of a percent, now
	Least   *check.Coverage `json:"least,omitempty"`   // what the baseline asks for, in tenths
	Verdict prentice.Truth  `json:"verdict,omitempty"` // whether that is kept; none where nothing is asked
	Waiver  *check.Waiver   `json:"waiver,omitempty"`  // that lets it fall
}

func coverageOp(d Deps) op.Op {
	return op.New("check.coverage", prentice.Look, prentice.Viewer, "Show how much of the code the tests run, by folder, and how that was before", d.coverage).
		WithExample("prentice check coverage").WithoutState().OnlyHere().WithHelp(
		"Reads what the repository's checks measured in this working copy, which stands in .git/prentice. A check is measured when it names its reports: {coverage: cover.out}. What the baseline has may not fall without a waiver of coverage/CHECK: prentice check baseline --write has it rise.")
}

func (d Deps) coverage(ctx context.Context, _ op.Call, in FolderIn) (Covered, error) {
	l, h, err := d.historyHere(ctx, in.Dir)
	if err != nil {
		return Covered{}, err
	}
	return coveredOf(d.now(), h.Coverage, l.agreed), nil
}

// FolderIn names a folder of a repository.
type FolderIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// historyHere is what this working copy saw of its tests.
func (d Deps) historyHere(ctx context.Context, dir string) (*looked, testreport.History, error) {
	l, err := d.look(ctx, Which{Dir: dir})
	if err != nil {
		return nil, testreport.History{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	if l.wrong != nil {
		return nil, testreport.History{}, l.wrong
	}
	if d.Tests == nil || l.tree.Keep == "" {
		return nil, testreport.History{}, unavailable("the history of test cases")
	}
	h, err := d.Tests(l.tree.Keep)
	return l, h, err
}

// coveredOf is what was measured, with what is agreed on it.
func coveredOf(now time.Time, list []testreport.Measured, a check.Agreed) Covered {
	out := Covered{Checks: []CoverageLine{}}
	for _, m := range list {
		c := CoverageLine{Measured: m, Tenths: m.Last().Tenths()}
		if least, asked := a.Old.Coverage[pipeline.Kind+"/"+m.Check]; asked {
			c.Least, c.Verdict = &least, prentice.Pass
			if check.Coverage(c.Tenths) < least {
				c.Verdict = prentice.Fail
			}
		}
		i := slices.IndexFunc(a.Waivers, func(w check.Waiver) bool { return w.Rule == c.Rule() && !w.Over(now) })
		if i >= 0 {
			c.Waiver = &a.Waivers[i]
		}
		out.Checks = append(out.Checks, c)
	}
	return out
}

// Rule is the rule that the coverage may not fall.
func (c CoverageLine) Rule() string { return "coverage/" + c.Check }

// State is how it stands, in a word.
func (c CoverageLine) State() string {
	if c.Verdict == prentice.Fail && c.Waiver != nil {
		return "waived"
	}
	return string(c.Verdict)
}

// Percent is the coverage now.
func (c CoverageLine) Percent() string { return testreport.Percent(c.Tenths) }

// Text implements op.Texter.
func (c Covered) Text() string {
	if len(c.Checks) == 0 {
		return c.Empty() + "\n"
	}
	var b strings.Builder
	for i, one := range c.Checks {
		if i > 0 {
			b.WriteByte('\n')
		}
		one.write(&b)
	}
	return b.String()
}

func (c CoverageLine) write(b *strings.Builder) {
	sign := "●"
	switch c.State() {
	case string(prentice.Fail):
		sign = "■"
	case "waived":
		sign = "▲"
	}
	fmt.Fprintf(b, "%s %s: %s of %d statements or lines, at %s\n", sign, c.Check, c.Percent(), c.Last().Total, op.At(c.Last().At))
	if c.Least != nil {
		fmt.Fprintf(b, "  it may not fall below %s\n", c.Least)
	}
	if w := c.Waiver; w != nil {
		fmt.Fprintf(b, "  waived until %s, of %s: %s\n", w.Last(), w.Owner, line(w.Reason))
	}
	fmt.Fprintf(b, "  before: %s\n", strings.Join(c.steps(8), " → "))
	for _, f := range c.Folders {
		fmt.Fprintf(b, "  %7s  %s (%d of %d)\n", f, line(f.Name), f.Covered, f.Total)
	}
	if c.More > 0 {
		fmt.Fprintf(b, "  and %d folders with less code\n", c.More)
	}
}

// steps are the last few percentages.
func (c CoverageLine) steps(most int) (list []string) {
	for _, p := range c.Points[max(0, len(c.Points)-most):] {
		list = append(list, p.String())
	}
	return list
}

// Bars are the points as they are drawn: the height is the share of the code that was run.
// One that is less than the one before it is in the colour of a failure.
func (c CoverageLine) Bars() []Bar {
	list := make([]Bar, 0, len(c.Points))
	for i, p := range c.Points {
		x := 1000 * i / len(c.Points)
		b := Bar{X: x, Width: max(1, 1000*(i+1)/len(c.Points)-x-2), Height: max(1, p.Tenths()/10), Verdict: prentice.Pass, Says: fmt.Sprintf("%s: %s", op.At(p.At), p)}
		if i > 0 && p.Tenths() < c.Points[i-1].Tenths() {
			b.Verdict = prentice.Fail
		}
		b.Y = 100 - b.Height
		list = append(list, b)
	}
	return list
}

// BarsSay is the picture in a sentence.
func (c CoverageLine) BarsSay() string {
	return fmt.Sprintf("The coverage of %s on %s: %s at first and %s now", c.Check, op.Count(len(c.Points), "content", "contents"), c.Points[0], c.Last())
}

// Latest are the points of the table behind the picture, newest first.
func (c CoverageLine) Latest() []testreport.Point {
	list := slices.Clone(c.Points)
	slices.Reverse(list)
	return list
}

// Empty says what will stand here.
func (Covered) Empty() string {
	return "No coverage is known. It will stand here when a check in .prentice/checks names its reports (reports: {coverage: cover.out}) and was run: prentice check"
}

var _ op.Texter = Covered{}
