package kindtest

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
)

// Every package that says of a type that it is a step kind runs the suite. It says
// so with the guard below the type.
func TestEveryStepKindPassesTheSuite(t *testing.T) {
	kinds, checks := kindsIn(t, "../../../..")
	all := 0
	for dir, names := range kinds {
		all += len(names)
		if checks[dir] < len(names) {
			t.Errorf("%s has the step kinds %s, and its tests run kindtest.Check %d times", dir, strings.Join(names, ", "), checks[dir])
		}
	}
	if all < 7 {
		t.Errorf("only %d step kinds were found", all)
	}
}

// kindsIn is the step kinds of the module, and how often the suite is run, by folder.
func kindsIn(t *testing.T, root string) (kinds map[string][]string, checks map[string]int) {
	t.Helper()
	kinds, checks = map[string][]string{}, map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(name, ".") && len(name) > 2 || name == "testdata" || name == "kindtest"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if strings.HasSuffix(path, "_test.go") {
			if strings.HasSuffix(dir, "test") { // it tests the package above, with what that one may not import
				dir = filepath.Dir(dir)
			}
			checks[dir] += strings.Count(string(raw), "kindtest.Check(")
			return nil
		}
		if says := string(raw); !strings.HasSuffix(dir, "test") && (strings.Contains(says, "prentice.StepKind") || strings.Contains(says, "prentice.Detached")) {
			kinds[dir] = append(kinds[dir], guarded(t, path, raw)...)
		}
		if len(kinds[dir]) == 0 {
			delete(kinds, dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds, checks
}

// guarded is the types of which a file says that they are step kinds.
func guarded(t *testing.T, path string, text []byte) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		v, is := n.(*ast.ValueSpec)
		if !is || len(v.Names) != 1 || v.Names[0].Name != "_" {
			return true
		}
		if s, is := v.Type.(*ast.SelectorExpr); is && (s.Sel.Name == "StepKind" || s.Sel.Name == "Detached") {
			names = append(names, filepath.Base(path))
		}
		return true
	})
	return names
}

func TestAKindThatIsHalfDetachedIsFound(t *testing.T) {
	if some, all := detachedBy(half{}); len(some) != 1 || some[0] != "End" || all {
		t.Errorf("found %v, all %t", some, all)
	}
}

// half can be ended, and not be taken up.
type half struct{ prentice.StepKind }

func (half) End(context.Context, prentice.Work) error { return nil }
