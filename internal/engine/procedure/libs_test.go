package procedure_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// beside is a kind whose script may stand in a file, with files beside it.
type beside struct{ prentice.StepKind }

func (beside) Needs() prentice.StepNeeds {
	return prentice.StepNeeds{Script: "sh", Files: []string{"script"}, Libs: "libs"}
}
func (beside) Lint(prentice.StepSpec) []prentice.Finding { return nil }

func libLibrary(t *testing.T, fence string, files map[string]string) (*procedure.Library, []prentice.Finding) {
	t.Helper()
	dir := t.TempDir()
	files["procedures/p.md"] = front("targets: host(\"web-1\")") + "\n## Act\n" + block(fence, "")
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kinds := proceduretest.Kinds()
	kinds[0] = beside{kinds[0]}
	return procedure.Load(dir, kinds)
}

func TestFilesBesideAScriptStandInThePlan(t *testing.T) {
	hash := func(lib string) string {
		l, findings := libLibrary(t, `sh id=s script=files/s.py libs="files/shop.py, files/raw"`, map[string]string{"files/s.py": "import shop\n", "files/shop.py": lib, "files/raw": "\x00\xff"})
		if bad := errorsIn(findings); len(bad) > 0 {
			t.Fatal(says(bad))
		}
		plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
		if err != nil {
			t.Fatal(err)
		}
		s := plan.Steps[0]
		if s.Body != "import shop\n" || len(s.Libs) != 2 {
			t.Fatalf("%+v", s)
		}
		if got := s.Libs[0]; got.Path != "files/shop.py" || got.Text != lib || got.Digest != prentice.Digest([]byte(lib)) || got.Encoding != "" {
			t.Errorf("a text: %+v", got)
		}
		if got := s.Libs[1]; string(got.Bytes()) != "\x00\xff" || got.Encoding != "base64" || got.Shown() != "" {
			t.Errorf("what is no text: %+v", got)
		}
		return plan.Hash()
	}
	if hash("a = 1\n") == hash("a = 2\n") {
		t.Error("another file beside the script is the same plan")
	}
}

func TestMistakesInFilesBesideAScriptAreFoundWhenTheyAreRead(t *testing.T) {
	many := map[string]string{"files/s.py": ""}
	var names []string
	for i := range procedure.MostLibs + 1 {
		name := "files/" + string(rune('a'+i))
		many[name], names = "", append(names, name)
	}
	for _, c := range []struct {
		name, libs, want string
		files            map[string]string
	}{
		{"none there", "files/none.py", "libs=files/none.py: cannot be read", nil},
		{"one outside", "../secret", "it is not the name of a file of the team folder", nil},
		{"a hidden one", "files/.git", "hidden files are not read", nil},
		{"one that is worked out", "files/${inputs.name}", "which file it is must be written out", nil},
		{"one twice", "files/a,files/a", "libs=files/a: it is named twice", map[string]string{"files/a": ""}},
		{"too many", strings.Join(names, ","), "libs names 21 files; at most 20", many},
		{"too much together", "files/a,files/b", "the files of libs have 262146 bytes together", map[string]string{"files/a": strings.Repeat("x", procedure.MaxFile), "files/b": "yy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"files/s.py": ""}
			for name, text := range c.files {
				files[name] = text
			}
			_, findings := libLibrary(t, "sh id=s script=files/s.py libs="+c.libs, files)
			if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}
