package automation

import (
	"context"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/op"
)

// Tester tries a table of cases against the files of the team folder, adopted or
// not. An empty file name stands for the team's own.
type Tester interface {
	Test(ctx context.Context, file, text string) (procedure.CaseResults, []prentice.Finding, error)
}

// TestIn names a table of cases, or nothing for the team's own.
type TestIn struct {
	File string `json:"file,omitempty" arg:"1" file:"true" maxLength:"1048577" doc:"The table of cases; without it procedure_test.yaml of the team folder."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Tested is what came of the cases.
type Tested struct {
	procedure.CaseResults
	op.Findings
}

// ExitCode implements op.Ender.
func (t Tested) ExitCode() int {
	if t.Failed > 0 {
		return op.NotWell
	}
	return t.Findings.ExitCode()
}

// Text implements op.Texter.
func (t Tested) Text() string {
	cases := make([]op.TriedCase, len(t.Cases))
	for i, c := range t.Cases {
		cases[i] = op.TriedCase{Name: c.Name, Want: c.Want, Says: c.Says, At: c.At}
	}
	return t.Lines("") + op.CasesText(cases, "Without a case", t.Untold)
}

func testOp(d Deps) op.Op {
	return op.New("procedure.test", prentice.Look, prentice.Viewer, "Try the team's own table of cases against its procedures", func(ctx context.Context, _ op.Call, in TestIn) (Tested, error) {
		if d.Tester == nil {
			return Tested{}, unavailable("the team folder")
		}
		if in.File != "" && in.Name == "" {
			in.Name = procedure.TestFile
		}
		t, findings, err := d.Tester.Test(ctx, in.Name, in.File)
		return Tested{t, op.Found(findings)}, err
	}).WithExample("prentice procedure test --team ./team").WithoutState().WithHelp(
		"A case gives a procedure its inputs and perhaps an event, and says what the plan must be like: which steps in which order, what is left out, which targets, risk and values; or that it is refused, and why. Another kind of case says which procedures an event proposes.\n\n" +
			"Reads the catalog and the procedures of the team folder and needs neither server nor data folder; nothing is run. Ends with exit code 9 when a case fails. Procedures of which no case speaks are named.")
}

var (
	_ op.Texter = Tested{}
	_ op.Ender  = Tested{}
)
