package testrun

import (
	"fmt"
	"os"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
)

// cases is what the reports of test cases say; all is nil where there are none.
type cases struct {
	all    *testreport.Report
	unread []check.Finding
}

// failed says whether a case did.
func (k cases) failed() bool { return k.all != nil && k.all.Failed+k.all.Unnamed > 0 }

// tested reads the reports of test cases.
func tested(c pipeline.Check, reports *os.Root, files []string) (out cases) {
	if len(c.Reports.JUnit) == 0 {
		return out
	}
	var list []*testreport.Report
	for _, name := range files {
		if !wanted(c.Reports.JUnit, name) {
			continue
		}
		one, err := readFile(reports, name, testreport.Read)
		if err != nil {
			out.unread = append(out.unread, unread(c, name, err))
			continue
		}
		list = append(list, one)
	}
	out.all = testreport.Join(list...)
	return out
}

// say is what is said of the cases, with what is known of them from before. lost is why
// they are not kept.
func (k cases) say(t *check.Tree, c pipeline.Check, h testreport.History, on string, covered pipeline.Said, lost error) pipeline.Said {
	said := pipeline.Said{Says: counted(k.all), Nothing: k.all.None() && len(k.unread) == 0, Coverage: covered.Coverage, Findings: k.unread}
	if lost != nil {
		said.Says += "; " + strings.Join(strings.Fields(lost.Error()), " ")
	}
	failed := 0
	for _, one := range k.all.Cases {
		past, _ := h.Of(c.Name, one.Name)
		f, wrong := finding(t, c, one, past, on)
		if one.Status == testreport.Failed {
			failed++
		}
		if wrong {
			said.Findings = append(said.Findings, f)
		}
	}
	if more := k.all.Failed - failed; more > 0 {
		said.Findings = append(said.Findings, whole(c, "more", fmt.Sprintf("%d more cases failed, and are not listed", more)))
	}
	if k.all.Unnamed > 0 {
		said.Findings = append(said.Findings, whole(c, "unnamed", fmt.Sprintf("the reports claim %d more failures, and name no case for them", k.all.Unnamed)))
	}
	said.Whole = failed > 0 && failed == k.all.Failed && k.all.Unnamed == 0 && len(k.unread)+len(covered.Findings) == 0
	said.Findings = append(said.Findings, covered.Findings...)
	if covered.Says != "" {
		said.Says += ", " + covered.Says
	}
	return said
}

// coverage is what the reports of coverage say.
type coverage struct {
	sum  testreport.Coverage
	said pipeline.Said
}

// measured reads the reports of coverage.
func measured(c pipeline.Check, reports *os.Root, files []string) (out coverage) {
	for _, name := range files {
		if !wanted(c.Reports.Coverage, name) {
			continue
		}
		one, err := readFile(reports, name, testreport.ReadCoverage)
		if err != nil {
			out.said.Findings = append(out.said.Findings, unread(c, name, err))
			continue
		}
		out.sum = out.sum.Add(one)
	}
	if out.sum.Total > 0 {
		now := check.Coverage(out.sum.Tenths())
		out.said.Coverage = &now
		out.said.Says = now.String() + " covered"
	}
	return out
}
