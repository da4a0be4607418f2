package boot

import (
	"context"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	teamfile "prentice/internal/team"
)

// procedureTester tries cases against the procedures of a folder.
type procedureTester struct{ dir func() string }

// Test reads the catalog and the procedures of the folder as they are, adopted or
// not. Without a text the cases are those of procedure_test.yaml there.
func (p procedureTester) Test(_ context.Context, file, text string) (t procedure.CaseResults, findings []prentice.Finding, err error) {
	dir := p.dir()
	if file == "" {
		file = procedure.TestFile
		if text, err = slurp(dir, file); err != nil {
			return t, nil, err
		}
	}
	cat, _, findings := readCatalog(dir)
	if teamfile.FirstError(findings) != nil {
		return t, findings, nil
	}
	library, _ := procedure.Load(dir, procedure.Kinds(stepKinds(cat, &shell.Kind{}))) // one with errors is refused where a case asks for it
	cases, findings := library.Cases(file, []byte(text))
	t = library.Test(cat, cases)
	if teamfile.FirstError(findings) != nil {
		t.Untold = []string{} // a case that could not be read may be about any
	}
	return t, findings, nil
}

// mineIn is every procedure of a team folder.
func mineIn(dir func() string) func() []prentice.Procedure {
	return func() []prentice.Procedure {
		library, _ := procedure.Load(dir(), nil)
		return library.Known()
	}
}

// readProcedure reads one that is not the team's.
func readProcedure(file string, text []byte) (prentice.Procedure, []prentice.Finding) {
	return procedure.Parse(file, text, procedure.Kinds(stepKinds(&teamfile.Catalog{}, &shell.Kind{})))
}
