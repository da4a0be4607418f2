package boot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/starter"
)

const shelfFolder = "../engine/starter"

// libraryTeam is a team that has added all of the library.
func libraryTeam(t *testing.T) string {
	dir := t.TempDir()
	catalog, err := os.ReadFile(shelfFolder + "/testdata/catalog-info.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "catalog-info.yaml"), catalog, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range starter.All() {
		if _, err := (taker{dir, "v1+story"}).take(p.Name, p.Name, "", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAllOfTheLibraryCanBeAddedAndHasNoFault(t *testing.T) {
	dir := libraryTeam(t)
	cat, _, findings := readCatalog(dir)
	for _, f := range findings {
		t.Errorf("the catalog of the cases: %s", f.Text)
	}
	n, findings := procedure.Survey(dir, stepKinds(cat, &shell.Kind{}), time.Now())
	if n != len(starter.All()) || n == 0 {
		t.Errorf("%d procedures of %d are there", n, len(starter.All()))
	}
	for _, f := range findings {
		if !strings.Contains(f.Text, "has risk=danger") { // which is said on purpose
			t.Errorf("%s:%d: %s: %s", f.At.File, f.At.Line, f.Text, f.Hint)
		}
	}
	for _, p := range starter.All() {
		if p.Group == "" || len(p.Tags) == 0 {
			t.Errorf("%s has no group or no tags, and is not found by them", p.Name)
		}
	}
}

// A procedure of the library is whole: it looks before it acts and after, and says how
// to go back.
func TestEachOfTheLibraryIsWhole(t *testing.T) {
	for _, template := range starter.All() {
		p, _ := readProcedure(template.Name+".md", []byte(template.Text))
		acts, sections := false, map[prentice.Section]bool{}
		for _, s := range p.Steps {
			sections[s.Section] = true
			acts = acts || s.Section == prentice.Act && s.Risk != prentice.Look
		}
		if acts && (!sections[prentice.Verify] || !sections[prentice.Undo] && !procedure.PutsBack(p)) {
			t.Errorf("%s has no Verify or no Undo", p.Name)
		}
		for _, in := range p.Inputs {
			free := in.Type == "string" && in.Pattern == "" && len(in.Enum) == 0
			endless := (in.Type == "int" || in.Type == "list" || in.Type == "duration") && (in.Min == "" || in.Max == "")
			if in.Doc == "" || free || endless {
				t.Errorf("%s: input %s has no bounds, or no text", p.Name, in.Name)
			}
		}
	}
}

func TestEachOfTheLibraryHasCasesAndTheyHold(t *testing.T) {
	dir := libraryTeam(t)
	for _, p := range starter.All() {
		text, err := os.ReadFile(filepath.Join(shelfFolder, "procedures", p.Name+"_test.yaml"))
		if err != nil {
			t.Errorf("%s has no cases: %v", p.Name, err)
			continue
		}
		tried, findings, err := procedureTester{func() string { return dir }}.Test(t.Context(), p.Name+"_test.yaml", string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			t.Errorf("%s:%d: %s: %s", f.At.File, f.At.Line, f.Text, f.Hint)
		}
		spoken, refused := false, false
		for _, c := range tried.Cases {
			spoken = spoken || strings.HasPrefix(c.Want, p.Name+" is planned")
			refused = refused || strings.HasPrefix(c.Want, p.Name+" is refused")
			if !c.Pass {
				t.Errorf("%s_test.yaml:%d: %s: %s", p.Name, c.At.Line, c.Name, c.Says)
			}
		}
		if !spoken || !refused {
			t.Errorf("%s_test.yaml plans nothing, or refuses nothing", p.Name)
		}
	}
}
