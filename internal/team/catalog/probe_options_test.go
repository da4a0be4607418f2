package catalog_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team/catalog"
)

// wide is a kind with keys of its own.
type wide struct{ prentice.ProbeKind }

func (wide) Name() string                           { return "wide" }
func (wide) Keys() []string                         { return []string{"status", "headers", "expect"} }
func (wide) Lint(prentice.Probe) []prentice.Finding { return nil }
func (wide) Says(prentice.Probe) string             { return "is wide" }
func (wide) Machine(prentice.Probe) string          { return "" }

// narrow is one with none.
type narrow struct{ wide }

func (narrow) Name() string   { return "narrow" }
func (narrow) Keys() []string { return nil }

func TestWhatOnlyAKindReadsOfAProbeIsKeptInTheOrderOfTheFile(t *testing.T) {
	for lines, want := range map[string]struct {
		status int
		o      prentice.Options
		wrong  string
	}{
		"kind: wide\n  status: 204":                          {204, nil, ""},
		"kind: wide\n  status: 200-299":                      {0, prentice.Options{"status": {"200-299"}}, ""},
		"kind: wide\n  status: [200, 300-399]":               {0, prentice.Options{"status": {"200", "300-399"}}, ""},
		"kind: wide\n  headers: {B: 2, A: one}\n  expect: x": {0, prentice.Options{"headers": {"B: 2", "A: one"}, "expect": {"x"}}, ""},
		"kind: wide\n  expects: x":                           {0, nil, `unknown key "expects"`},
		"kind: wide\n  expect: [[x]]":                        {0, nil, "expect has no text"},
		"kind: wide\n  expect:":                              {0, nil, "has no value"},
		"kind: narrow\n  expect: x":                          {0, nil, "a narrow probe has no expect"},
		"kind: narrow\n  status: 200-299":                    {0, nil, "a narrow probe has no status"},
	} {
		dir := t.TempDir()
		text := "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    prentice.dev/probes: |\n"
		for _, line := range strings.Split("- name: a\n  target: x\n  "+lines, "\n") {
			text += "      " + line + "\n"
		}
		text += "spec: {type: service, lifecycle: production, owner: x}\n"
		if err := os.WriteFile(filepath.Join(dir, "catalog-info.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, findings := catalog.Kinds{wide{}, narrow{}}.Load(dir)
		var says string
		for _, f := range findings {
			if f.Error {
				says += f.Text
			}
		}
		if want.wrong != "" {
			if !strings.Contains(says, want.wrong) {
				t.Errorf("%s: %q", lines, says)
			}
			continue
		}
		s, err := c.Service("shop")
		if err != nil || len(s.Probes) != 1 || s.Probes[0].Status != want.status || !reflect.DeepEqual(s.Probes[0].Options, want.o) || says != "" {
			t.Errorf("%s: %+v %v %q", lines, s.Probes, err, says)
		}
	}
}
