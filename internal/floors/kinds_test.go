package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// kindTable is the file with the one table from kinds of errors to what faces make
// of them.
const kindTable = "internal/op/problem.go"

var kindNames = map[string]bool{"Internal": true, "Invalid": true, "NotFound": true, "Unauthenticated": true, "Denied": true, "Refused": true, "Conflict": true, "Limited": true, "Unavailable": true, "Canceled": true}

// mostKinds is how many kinds a place may tell apart without being a table.
const mostKinds = 2

func isKind(e ast.Expr) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || !kindNames[s.Sel.Name] {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "prentice"
}

// kindsToldApart counts the entries of a literal, or the cases of a switch, that are for
// kinds of errors.
func kindsToldApart(n ast.Node) int {
	count := 0
	see := func(e ast.Expr) {
		if isKind(e) {
			count++
		}
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		for _, elt := range n.Elts {
			switch elt := elt.(type) {
			case *ast.KeyValueExpr:
				see(elt.Key)
			case *ast.CompositeLit:
				if len(elt.Elts) == 0 {
					continue
				}
				first := elt.Elts[0]
				if named, ok := first.(*ast.KeyValueExpr); ok {
					first = named.Value
				}
				see(first)
			}
		}
	case *ast.SwitchStmt:
		for _, one := range n.Body.List {
			if list := one.(*ast.CaseClause).List; len(list) > 0 {
				see(list[0])
			}
		}
	}
	return count
}

func tablesOfKinds(t *testing.T, name string, source any) []string {
	t.Helper()
	return placesOf(t, name, source, func(n ast.Node) bool { return kindsToldApart(n) > mostKinds })
}

// placesOf is where in a source, or in the file of its name, something stands.
func placesOf(t *testing.T, name string, source any, is func(ast.Node) bool) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if n != nil && is(n) {
			found = append(found, set.Position(n.Pos()).String())
		}
		return true
	})
	return found
}

func TestThereIsOneTableOfTheKindsOfErrors(t *testing.T) {
	atRoot(t)
	for _, planted := range []string{
		`package p; var m = map[prentice.Kind]int{prentice.Invalid: 1, prentice.Denied: 2, prentice.Refused: 3}`,
		`package p; var l = []struct{ k prentice.Kind; s string }{{prentice.Invalid, "a"}, {prentice.Denied, "b"}, {k: prentice.Refused, s: "c"}}`,
		`package p; func f(k prentice.Kind) int { switch k { case prentice.Invalid: return 1; case prentice.Denied: return 2; case prentice.Refused: return 3 }; return 0 }`,
	} {
		if len(tablesOfKinds(t, "planted.go", planted)) != 1 {
			t.Errorf("a second table would not be found: %s", planted)
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.ToSlash(path) == kindTable {
			return err
		}
		for _, at := range tablesOfKinds(t, path, nil) {
			t.Errorf("%s: a second table of the kinds of errors; add what it says to %s", at, kindTable)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tablesOfKinds(t, kindTable, nil)) != 1 {
		t.Errorf("the table is not in %s", kindTable)
	}
}
