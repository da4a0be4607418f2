package floors

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const mostDependencies = 41

// testedWith is what tests in this module need and the program does not. Another
// wants a test that stands in stories/, or a word here on why it cannot.
var testedWith = map[string]string{
	"github.com/santhosh-tekuri/jsonschema/v6": "the schema of procedures is tried beside our own reading, case by case",
}

func TestTheProgramDependsOnWhatItUses(t *testing.T) {
	atRoot(t)
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct, used := directly(string(text)), importedByTheProgram(t)
	if len(direct) > mostDependencies || len(direct) < 10 {
		t.Errorf("%d direct dependencies; at most %d are agreed", len(direct), mostDependencies)
	}
	for _, module := range unused(direct, used) {
		if testedWith[module] == "" {
			t.Errorf("no source of the program imports %s: have the test that does stand in stories/, whose module is its own", module)
		}
	}
	if got := unused([]string{"example.com/only/tests", "modernc.org/sqlite"}, used); !slices.Equal(got, []string{"example.com/only/tests"}) {
		t.Errorf("of a module that no source imports and one that some does, %v is found", got)
	}
}

// directly are the modules that a go.mod requires without "// indirect".
func directly(mod string) (modules []string) {
	block, _, _ := strings.Cut(mod[strings.Index(mod, "require (")+len("require ("):], ")")
	for line := range strings.Lines(block) {
		if module, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.Contains(line, "// indirect") {
			modules = append(modules, module)
		}
	}
	return modules
}

// unused are the modules of which nothing is imported.
func unused(modules, imported []string) []string {
	return slices.DeleteFunc(slices.Clone(modules), func(module string) bool {
		return slices.ContainsFunc(imported, func(path string) bool { return path == module || strings.HasPrefix(path, module+"/") })
	})
}

// importedByTheProgram is what sources import that are neither tests nor helpers of tests.
func importedByTheProgram(t *testing.T) (paths []string) {
	t.Helper()
	for _, top := range []string{"cmd", "internal", "book"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, i := range file.Imports {
				paths = append(paths, strings.Trim(i.Path.Value, `"`))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}
