package floors

import (
	"go/ast"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outside are the folders that have JSON from outside, or speak to a server as a
// program outside does.
var outside = []string{"internal/face/api/", "internal/demo/"}

// untyped finds the requests to a door whose input is JSON or a map.
func untyped(t *testing.T, name string, source any) []string {
	t.Helper()
	return placesOf(t, name, source, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		return ok && isSelector(lit.Type, "op", "Request") && slices.ContainsFunc(lit.Elts, isUntypedInput)
	})
}

func isUntypedInput(elt ast.Expr) bool {
	pair, ok := elt.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	key, ok := pair.Key.(*ast.Ident)
	return ok && key.Name == "In" && isUntyped(pair.Value)
}

func isUntyped(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CallExpr:
		return isSelector(e.Fun, "json", "RawMessage")
	case *ast.CompositeLit:
		_, isMap := e.Type.(*ast.MapType)
		return isMap
	}
	return false
}

func isSelector(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

func TestWhoAsksWithinTheProcessAsksWithTypes(t *testing.T) {
	atRoot(t)
	for _, planted := range []string{
		`package p; var r = op.Request{Op: "a.b", In: json.RawMessage(raw)}`,
		`package p; var r = op.Request{Op: "a.b", In: map[string]any{"a": 1}}`,
	} {
		if len(untyped(t, "planted.go", planted)) != 1 {
			t.Errorf("this would not be found: %s", planted)
		}
	}
	err := filepath.WalkDir("internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, folder := range outside {
			if strings.HasPrefix(filepath.ToSlash(path), folder) {
				return nil
			}
		}
		for _, at := range untyped(t, path, nil) {
			t.Errorf("%s: an operation of this process is asked for by JSON; use op.Ask with its types", at)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
