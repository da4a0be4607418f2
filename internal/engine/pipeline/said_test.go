package pipeline

import (
	"testing"

	"prentice"
	"prentice/internal/engine/check"
)

func TestReportsExplainAFailureOnlyOfTheLastStepThatEndedByItself(t *testing.T) {
	c := Check{Name: "unit", File: "unit.md", Steps: []Step{{Name: "Build"}, {Name: "Test"}}}
	one := []check.Finding{{Case: "a", Says: "a failed"}}
	covered := check.Coverage(500)
	for name, w := range map[string]struct {
		run      Result
		truth    prentice.Truth
		findings int
		covered  bool
	}{
		"it passed":                       {Result{Passed: true, Step: -1, Said: Said{Says: "1 passed"}}, prentice.Pass, 0, true},
		"it passed, and tested nothing":   {Result{Passed: true, Step: -1, Said: Said{Nothing: true}}, prentice.NotSeen, 0, false},
		"it passed, and a case is flaky":  {Result{Passed: true, Step: -1, Said: Said{Findings: one}}, prentice.Fail, 1, true},
		"the last step, by a case":        {Result{Exited: true, Step: 1, Said: Said{Whole: true, Findings: one}}, prentice.Fail, 1, true},
		"the last step, by more":          {Result{Exited: true, Step: 1, Said: Said{Findings: one}}, prentice.Fail, 2, false},
		"a step before the last":          {Result{Exited: true, Step: 0, Said: Said{Whole: true, Findings: one}}, prentice.Fail, 2, false},
		"its time was up":                 {Result{Step: 1, Said: Said{Whole: true, Findings: one}}, prentice.Fail, 2, false},
		"it failed, and tested nothing":   {Result{Exited: true, Step: 1, Said: Said{Nothing: true}}, prentice.Fail, 1, false},
		"a report that it did not write":  {Result{Passed: true, Step: -1, Findings: one, Said: Said{Nothing: true}}, prentice.Fail, 1, true},
		"the last step, without a report": {Result{Exited: true, Step: 1}, prentice.Fail, 1, false},
	} {
		w.run.Said.Coverage = &covered
		o := w.run.outcome(check.Rule{ID: "checks/unit"}, c)
		if o.Truth != w.truth || len(o.Findings) != w.findings || (o.Coverage != nil) != w.covered {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestACheckThatIsDetectedIsOneThatNoOneWrote(t *testing.T) {
	text := "---\ncheck: go\nsummary: Go builds\nreports: {coverage: cover.out}\n---\n```sh\ngo build ./...\n```\n"
	made, wrong := Read(Folder+"/go.md", []byte(text))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	j := &Judge{Detect: func(*check.Tree) []Detected { return []Detected{{made, "go.mod"}} }}
	list := j.rules(check.Example{Files: map[string]string{"go.mod": ""}}.Tree())
	if len(list) != 1 || list[0].ID != "checks/go" || !list[0].Detected || !list[0].Measures || list[0].Source != "go.mod" {
		t.Fatalf("%+v", list)
	}
	c, why := checkOf(list[0])
	if why != "" || c.Name != "go" || c.File != "go.mod" || c.Steps[0].Line != 1 {
		t.Errorf("%+v, %s", c, why)
	}
	for name, files := range map[string]map[string]string{
		"it has one":                     {Folder + "/own.md": text},
		"it has one that is not legible": {Folder + "/own.md": "x"},
	} {
		for _, r := range j.rules(check.Example{Files: files}.Tree()) {
			if r.Detected {
				t.Errorf("%s, and %s is detected beside it", name, r.ID)
			}
		}
	}
}
