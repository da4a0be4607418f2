package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// Faces ask the door, which decides. That they import no skill is a floor; this
// is the other way around it: an operation carries its own doing, which only the
// door may call. To call it takes an op.Call, which says who asks, so a face
// has no use for one.
func TestNoFaceGoesAroundTheDoor(t *testing.T) {
	atRoot(t)
	found, looked := aroundTheDoor(t, os.DirFS("."))
	if looked < 20 {
		t.Fatalf("only %d sources of faces found: this test does not see them", looked)
	}
	for _, wrong := range found {
		t.Error(wrong)
	}
}

func TestAFaceThatGoesAroundTheDoorIsFound(t *testing.T) {
	atRoot(t)
	const head = "package cli\nimport \"prentice/internal/op\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", head + "var _ op.Request", ""},
		{"the door is watched", head + "func f(d op.Door) { d.Watch(ctx, op.Request{}, emit) }", ""},
		{"a client sends a request", head + "func f(c http.Client) { c.Do(r) }", ""},
		{"an operation is done", head + "func f(o op.Op) { o.Do(ctx, op.Call{Actor: a}, in) }", "b.go:3 makes an op.Call"},
		{"under another name", "package cli\nimport words \"prentice/internal/op\"\nvar c words.Call", "b.go:3 makes an op.Call"},
		{"with no name at all", "package cli\nimport . \"prentice/internal/op\"\n", "b.go:2 imports the words of op without their name"},
		{"with a call from elsewhere", head + "func f(o op.Op) { o.Do(ctx, someone.Call(), in) }", "b.go:3 calls Do with 3 arguments"},
		{"an operation is watched", head + "func f(o op.Op) { o.Watch(ctx, someone.Call(), in, emit) }", "b.go:3 calls Watch with 4 arguments"},
	} {
		found, _ := aroundTheDoor(t, fstest.MapFS{"internal/face/cli/b.go": {Data: []byte(c.text)}})
		if c.want == "" && len(found) > 0 || c.want != "" && !strings.Contains(strings.Join(found, "\n"), c.want) {
			t.Errorf("%s: want %q, found %q", c.name, c.want, found)
		}
	}
}

// aroundTheDoor lists where a face does an operation itself, and how many
// sources were looked at.
func aroundTheDoor(t *testing.T, fsys fs.FS) (found []string, looked int) {
	t.Helper()
	for _, name := range named(t, fsys, ".go") {
		if !matches("internal/face/*", path.Dir(name)) || strings.HasSuffix(name, "_test.go") {
			continue
		}
		looked++
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		say := func(at ast.Node, format string, args ...any) {
			found = append(found, fmt.Sprintf("%s:%d "+format, append([]any{name, set.Position(at.Pos()).Line}, args...)...))
		}
		words := ""
		for _, i := range file.Imports {
			if p, _ := strconv.Unquote(i.Path.Value); p != module+"/internal/op" {
				continue
			}
			words = "op"
			if i.Name != nil {
				words = i.Name.Name
			}
			if words == "." {
				say(i, "imports the words of op without their name")
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && of.Name == words && n.Sel.Name == "Call" {
					say(n, "makes an op.Call: ask the door instead")
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Do" && len(n.Args) == 3 || f.Sel.Name == "Watch" && len(n.Args) == 4) {
					say(n, "calls %s with %d arguments, as only the door does: ask the door instead", f.Sel.Name, len(n.Args))
				}
			}
			return true
		})
	}
	return found, looked
}
