package testrun

import (
	"fmt"
	"os"

	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/testreport"
)

// analyses reads what analysers found.
func (r Reader) analyses(said *pipeline.Said, t *check.Tree, c pipeline.Check, reports *os.Root, files []string) {
	for _, name := range files {
		if !wanted(c.Reports.SARIF, name) {
			continue
		}
		a, err := readFile(reports, name, testreport.SARIF)
		if err != nil {
			said.Findings = append(said.Findings, unread(c, name, err))
			said.Whole = false
			continue
		}
		for _, one := range a.Results {
			f := check.Finding{Path: c.File, Line: 1, Says: one.Says, Key: "sarif " + one.Says}
			if at, found := t.File(one.Path); found {
				f.Path, f.Line, f.Column = at.Path, max(one.Line, 1), one.Column
			}
			said.Findings = append(said.Findings, f)
		}
		if a.More > 0 {
			said.Findings = append(said.Findings, whole(c, name+" more", fmt.Sprintf("%s holds %d more results, and they are not listed", name, a.More)))
		}
		if a.Broken > 0 {
			said.Findings = append(said.Findings, whole(c, name+" broken", fmt.Sprintf("%s says of itself that the analysis did not end well", name)))
		}
	}
}
