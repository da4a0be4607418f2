package floors

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "prentice"

func TestEveryImportKeepsToItsFloor(t *testing.T) {
	atRoot(t)
	floors := floorsOf(t, os.DirFS("."))
	sources := sourcesOf(t, os.DirFS("."))
	if len(sources) < 20 {
		t.Fatalf("only %d sources found: this test does not see the module", len(sources))
	}
	for _, wrong := range breaches(floors, sources) {
		t.Error(wrong)
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	atRoot(t)
	for _, wrong := range undocumented(sourcesOf(t, os.DirFS("."))) {
		t.Error(wrong)
	}
}

func TestNoFileHoldsTwoIdeas(t *testing.T) {
	atRoot(t)
	for _, s := range sourcesOf(t, os.DirFS(".")) {
		switch {
		case s.test || s.generated:
		case s.lines > 450:
			t.Errorf("%s has %d lines: look for the second idea in it and give that a file", s.file, s.lines)
		case s.lines > 400:
			t.Logf("%s has %d lines", s.file, s.lines)
		}
	}
}

// A check that has never been seen to fail proves nothing: each kind of breach is
// planted once, among sources that are in order.
func TestAPlantedBreachIsFound(t *testing.T) {
	atRoot(t)
	inOrder := map[string]string{
		"event.go":                    "// Package prentice is the ground.\npackage prentice\nimport \"time\"\nvar _ time.Time",
		"cmd/prentice/main.go":        "// Command prentice.\npackage main\nimport _ \"prentice/internal/boot\"",
		"internal/boot/boot.go":       "// Package boot.\npackage boot\nimport _ \"prentice/internal/face/cli\"",
		"internal/face/cli/a.go":      "// Package cli.\npackage cli\nimport _ \"prentice/internal/kit/db\"",
		"internal/kit/db/db.go":       "// Package db.\npackage db\nimport _ \"example.com/other\"",
		"internal/kit/db/dbtest/a.go": "// Package dbtest.\npackage dbtest\nimport _ \"prentice/internal/kit/db\"",
		"internal/kit/db/a_test.go":   "package db_test\nimport _ \"prentice/internal/kit/db\"\nimport _ \"prentice/internal/kit/db/dbtest\"",
		"internal/engine/ledger/a.go": "// Package ledger.\npackage ledger\nimport _ \"prentice\"",
		"internal/engine/policy/a.go": "// Package policy.\npackage policy\nimport _ \"prentice/internal/kit/db\"",
		"internal/skill/support/a.go": "// Package support.\npackage support\nimport _ \"prentice/internal/op\"",
		"internal/op/op.go":           "// Package op.\npackage op\nimport _ \"prentice\"",
		"internal/app/a_test.go":      "// Package app.\npackage app\nimport _ \"prentice/internal/engine/ledger\"",
		"testdata/broken.go":          "this is no Go, and no one reads it",
	}
	for _, c := range []struct{ name, file, text, want string }{
		{"nothing", "internal/op/b.go", "package op", ""},
		{"the ground knows a tool", "b.go", "package prentice\nimport _ \"prentice/internal/kit/db\"", "b.go imports internal/kit/db"},
		{"the ground knows a library", "b.go", "package prentice\nimport _ \"example.com/other\"", "b.go imports example.com/other"},
		{"a tool knows the ground", "internal/kit/db/b.go", "package db\nimport _ \"prentice\"", "internal/kit/db/b.go imports prentice"},
		{"a tool knows another tool", "internal/kit/web/b.go", "// Package web.\npackage web\nimport _ \"prentice/internal/kit/db\"", "internal/kit/web/b.go imports internal/kit/db"},
		{"an engine knows an engine", "internal/engine/policy/b.go", "package policy\nimport _ \"prentice/internal/engine/ledger\"", "internal/engine/policy/b.go imports internal/engine/ledger"},
		{"so does its test", "internal/engine/policy/b_test.go", "package policy\nimport _ \"prentice/internal/engine/ledger\"", "internal/engine/policy/b_test.go imports internal/engine/ledger"},
		{"a skill knows a skill", "internal/skill/design/b.go", "// Package design.\npackage design\nimport _ \"prentice/internal/skill/support\"", "internal/skill/design/b.go imports internal/skill/support"},
		{"a skill uses an engine", "internal/skill/design/b.go", "// Package design.\npackage design\nimport _ \"prentice/internal/engine/policy\"", ""},
		{"an engine knows a skill", "internal/engine/policy/b.go", "package policy\nimport _ \"prentice/internal/skill/support\"", "internal/engine/policy/b.go imports internal/skill/support"},
		{"a face knows an engine", "internal/face/cli/b.go", "package cli\nimport _ \"prentice/internal/engine/ledger\"", "internal/face/cli/b.go imports internal/engine/ledger"},
		{"a command knows more than boot", "cmd/prentice/b.go", "package main\nimport _ \"prentice/internal/op\"", "cmd/prentice/b.go imports internal/op"},
		{"a test helper is used outside tests", "internal/kit/db/b.go", "package db\nimport _ \"prentice/internal/kit/db/dbtest\"", "internal/kit/db/b.go imports internal/kit/db/dbtest"},
		{"a package that no line knows", "internal/util/b.go", "// Package util.\npackage util", "internal/util matches no line"},
		{"a package without an opening comment", "internal/op/deep/b.go", "package deep", "internal/op/deep has no opening comment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := fstest.MapFS{c.file: {Data: []byte(c.text)}}
			for name, text := range inOrder {
				world[name] = &fstest.MapFile{Data: []byte(text)}
			}
			sources := sourcesOf(t, world)
			found := append(breaches(floorsOf(t, os.DirFS(".")), sources), undocumented(sources)...)
			if c.want == "" && len(found) > 0 || c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want) {
				t.Errorf("want %q, found %q", c.want, found)
			}
		})
	}
}

// floor is one line of the block: what packages of a pattern may import.
type floor struct {
	pattern string
	allowed []string
}

// floorsOf reads the block out of ARCHITECTURE.md.
func floorsOf(t *testing.T, fsys fs.FS) []floor {
	t.Helper()
	text, err := fs.ReadFile(fsys, "ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n```floors\n")
	block, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no ```floors block")
	}
	var floors []floor
	for line := range strings.Lines(block) {
		left, right, ok := strings.Cut(line, "<")
		f := floor{strings.TrimSpace(left), strings.Fields(right)}
		if !ok || f.pattern == "" || len(f.allowed) == 0 {
			t.Fatalf("floors: %q is not PATTERN < WHAT IT MAY IMPORT", line)
		}
		floors = append(floors, f)
	}
	return floors
}

// find is the first line that a package matches, and its number; -1 for none.
func find(floors []floor, pkg string) (floor, int) {
	i := slices.IndexFunc(floors, func(f floor) bool { return matches(f.pattern, pkg) })
	if i < 0 {
		return floor{}, -1
	}
	return floors[i], i
}

// matches says whether a package is meant by a pattern; * stands for one part of
// a path or for some of its letters.
func matches(pattern, pkg string) bool {
	ok, err := path.Match(pattern, pkg)
	return ok && err == nil
}

// source is what this test needs to know of a Go file.
type source struct {
	file, pkg       string // pkg is the folder, or "prentice" for the root
	imports         []string
	test, generated bool
	comment         bool // it has the package's opening comment
	lines           int
}

func sourcesOf(t *testing.T, fsys fs.FS) []source {
	t.Helper()
	var sources []source
	for _, name := range named(t, fsys, ".go") {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := read(name, text)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, s)
	}
	return sources
}

func read(name string, text []byte) (source, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return source{}, err
	}
	s := source{
		file: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
		generated: ast.IsGenerated(file), comment: file.Doc != nil, lines: bytes.Count(text, []byte("\n")),
	}
	if s.pkg == "." {
		s.pkg = module
	}
	for _, i := range file.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return source{}, err
		}
		s.imports = append(s.imports, imported)
	}
	return s, nil
}

// breaches are the imports that the floors forbid, and the packages that stand
// on none.
func breaches(floors []floor, sources []source) []string {
	var found []string
	for _, s := range sources {
		own, at := find(floors, s.pkg)
		if at < 0 {
			found = append(found, fmt.Sprintf("%s: package %s matches no line of the floors in ARCHITECTURE.md", s.file, s.pkg))
			continue
		}
		for _, imported := range s.imports {
			pkg, ours := strings.CutPrefix(imported, module+"/")
			if ours = ours || imported == module; !ours {
				if s.pkg == module && strings.Contains(strings.Split(imported, "/")[0], ".") {
					found = append(found, fmt.Sprintf("%s imports %s: the ground knows only the standard library", s.file, imported))
				}
				continue
			}
			if pkg == s.pkg || s.may(floors, own, at, pkg) {
				continue
			}
			found = append(found, fmt.Sprintf("%s imports %s: %s may import only %s", s.file, pkg, own.pattern, strings.Join(own.allowed, " ")))
		}
	}
	return found
}

// may says whether a source may import a package of the module. A test may
// also use test helpers and whatever stands lower than the package that it
// tests.
func (s source) may(floors []floor, own floor, at int, pkg string) bool {
	for _, allowed := range own.allowed {
		if allowed == "ANY" || matches(allowed, pkg) {
			return true
		}
	}
	_, lower := find(floors, pkg)
	return s.test && (strings.HasSuffix(pkg, "test") || lower > at)
}

// undocumented are the packages of which no file says what they are for.
func undocumented(sources []source) []string {
	said := map[string]bool{}
	for _, s := range sources {
		said[s.pkg] = said[s.pkg] || s.comment
	}
	var found []string
	for pkg, ok := range said {
		if !ok {
			found = append(found, fmt.Sprintf("package %s has no opening comment: say what it is for and what it refuses", pkg))
		}
	}
	slices.Sort(found)
	return found
}
