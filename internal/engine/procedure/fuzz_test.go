package procedure_test

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// FuzzParse holds Parse to three promises: it comes back, every finding has a
// place, and what has no error can be rendered or is refused with a reason.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob(teamFolder + "/procedures/*.md")
	if err != nil || len(paths) == 0 {
		f.Fatal("no samples", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("---\nprocedure: p\nsummary: s\ntargets: hosts()\n---\n## Act\n```sh id=a x=${\n```\n")
	f.Add("---\na: &b [*b]\n---\n- ```sh\n> ~~~\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, findings := procedure.Parse("procedures/x.md", []byte(text), proceduretest.Kinds())
		if p.Name == "" || p.File == "" {
			t.Errorf("it has no name: %+v", p)
		}
		bad := false
		for _, found := range findings {
			bad = bad || found.Error
			if found.At.Line < 1 || found.At.Column < 1 || found.At.File == "" || found.Text == "" || !utf8.ValidString(found.Text+found.Hint) {
				t.Errorf("a finding without a place or words: %+v", found)
			}
		}
		if bad {
			return
		}
		procedure.Lint(p, day("2026-01-01"))
		l, _ := procedure.New([]procedure.File{{Name: p.File, Text: []byte(text)}}, proceduretest.Kinds())
		l.Match(event("probe.failed", "service/checkout", `{"consecutive":3}`))
		plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: p.Name, Event: down("3"), Inputs: map[string]string{"service": "checkout"}})
		if err != nil {
			return
		}
		if len(plan.Targets) == 0 || len(plan.Targets) > p.Limits.MaxTargets || plan.Hash() == "" {
			t.Errorf("a plan without targets or limits: %+v", plan)
		}
	})
}
