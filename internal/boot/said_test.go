package boot

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const saidFile = "../skill/learning/said.tsv"

// Whatever is printed when something is wrong stands in said.tsv, from where it is
// explained. Words of a text and its hint, as they stand in the sources, are a line.
func TestEveryErrorIsKnownToExplain(t *testing.T) {
	got := strings.Join(saidIn(t, "../.."), "\n") + "\n"
	if strings.Count(got, "\n") < 900 {
		t.Errorf("only %d texts were found", strings.Count(got, "\n"))
	}
	if *redraw {
		if err := os.WriteFile(saidFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(saidFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what the sources say; write it anew: go test ./internal/boot -run EveryErrorIsKnown -redraw\n%s", saidFile, differing(got, string(want)))
	}
}

// saidIn are the texts of errors, findings and holds in the sources below a folder: a line
// with kind and folder, and below it a line with text and hint for each of theirs.
func saidIn(t *testing.T, root string) []string {
	lines := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		rel := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(name, root), string(filepath.Separator)))
		if err != nil || d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"stories", "bench", "packaging", "testdata"}, rel) || strings.HasSuffix(rel, "test")) {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(rel))
		saidOf(file, func(kind, text, hint string) {
			lines[strings.Join([]string{kind, dir, oneLine(text), oneLine(hint)}, "\t")] = true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return grouped(slices.Sorted(maps.Keys(lines)))
}

func grouped(lines []string) (list []string) {
	above := ""
	for _, line := range lines {
		cells := strings.SplitN(line, "\t", 3)
		if head := "# " + cells[0] + "\t" + cells[1]; head != above {
			list, above = append(list, head), head
		}
		list = append(list, cells[2])
	}
	return list
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// saidOf hands over each text of a file that says what is wrong, with its hint.
func saidOf(file *ast.File, add func(kind, text, hint string)) {
	tried := map[*ast.CallExpr]bool{}
	put := func(kind, text, hint string) {
		if hasLetters(text) || hasLetters(hint) {
			add(kind, text, hint)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			switch args := n.Args; {
			case calleeOf(n) == "Try" && len(args) > 0:
				hint, _ := literal(args[0])
				if made := madeBy(n); made != nil {
					tried[made] = true
					text, _ := literal(made.Args[1])
					put(kindOf(made.Args[0]), text, hint)
					break
				}
				put("", "", hint)
			case calleeOf(n) == "Errorf" && len(args) > 1 && kindOf(args[0]) != "" && !tried[n]:
				text, _ := literal(args[1])
				put(kindOf(args[0]), text, "")
			case helpers[calleeOf(n)] != "":
				if hint, text := pairOf(args, calleeOf(n)); text != "" {
					put(strings.TrimPrefix(helpers[calleeOf(n)], "?"), text, hint)
				}
			}
		case *ast.CompositeLit:
			put("", field(n, "Text", "Says"), field(n, "Hint", "WayOut"))
		}
		return true
	})
}

// helpers are functions that make an error or a finding of a hint and a text, with the
// kind that it is of, or ? where that is not said.
var helpers = map[string]string{
	"wrong": "invalid", "wrongAt": "invalid", "invalid": "invalid", "Wrong": "invalid", "fail": "invalid", "failOnce": "invalid", "odd": "invalid",
	"advise": "?", "adviseOnce": "?", "Hold": "refused", "holdUntil": "refused", "unlike": "invalid", "unavailable": "unavailable", "Fault": "?",
}

// pairOf is the hint and the text among what a helper is given: the first two texts, in
// the order in which it takes them.
func pairOf(args []ast.Expr, helper string) (hint, text string) {
	var texts []string
	for _, a := range args {
		if one, ok := literal(a); ok {
			texts = append(texts, one)
		}
	}
	switch {
	case len(texts) == 0:
		return "", ""
	case len(texts) == 1:
		return "", texts[0]
	case slices.Contains([]string{"unlike", "unavailable", "Fault"}, helper):
		return texts[1], texts[0]
	}
	return texts[0], texts[1]
}

func hasLetters(text string) bool {
	text = strings.NewReplacer("%s", "", "%w", "", "%d", "", "%q", "", "%v", "").Replace(text)
	return strings.IndexFunc(text, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
}

func calleeOf(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// madeBy is the call of Errorf to whose result a hint is added, or nil.
func madeBy(try *ast.CallExpr) *ast.CallExpr {
	on := try.Fun.(*ast.SelectorExpr).X
	for {
		c, ok := on.(*ast.CallExpr)
		if !ok {
			return nil
		}
		if calleeOf(c) == "Errorf" && len(c.Args) > 1 {
			return c
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		on = sel.X
	}
}

var kindWords = map[string]string{
	"Internal": "internal", "Invalid": "invalid", "NotFound": "not-found", "Unauthenticated": "unauthenticated", "Denied": "denied",
	"Refused": "refused", "Conflict": "conflict", "Limited": "limited", "Unavailable": "unavailable", "Canceled": "cancelled",
}

// kindOf is the name of a kind of error, or "" when it is not said there.
func kindOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return kindWords[e.Name]
	case *ast.SelectorExpr:
		return kindWords[e.Sel.Name]
	}
	return ""
}

// literal is a text as it stands in a source, with %s for what is worked out.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, one := literal(e.X)
		right, other := literal(e.Y)
		if one || other {
			return fmt.Sprintf("%s%s", orValue(left, one), orValue(right, other)), true
		}
	case *ast.CallExpr:
		if calleeOf(e) == "Sprintf" && len(e.Args) > 0 {
			return literal(e.Args[0])
		}
	}
	return "", false
}

func orValue(text string, known bool) string {
	if known {
		return text
	}
	return "%s"
}

// field is the text of one of the fields of a value that is an error, a finding or a
// hold; "" of any other.
func field(c *ast.CompositeLit, names ...string) string {
	of := ""
	switch typ := c.Type.(type) {
	case *ast.Ident:
		of = typ.Name
	case *ast.SelectorExpr:
		of = typ.Sel.Name
	}
	if !slices.Contains([]string{"Finding", "HoldBack", "Error"}, of) {
		return ""
	}
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && slices.Contains(names, key.Name) {
				text, _ := literal(kv.Value)
				return text
			}
		}
	}
	return ""
}
