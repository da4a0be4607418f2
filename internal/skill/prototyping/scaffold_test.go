package prototyping

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/change"
	"prentice/internal/engine/prototype"
)

func TestEachScaffoldPassesItsOwnTests(t *testing.T) {
	for _, kind := range []string{"pages", "service", "script"} {
		t.Run(kind, func(t *testing.T) {
			files, err := scaffoldOf(kind, "one-page", "Do people <b>finish</b>?")
			if err != nil || !strings.Contains(files["README.md"], "Do people <b>finish</b>?") || files[".prentice/checks/test.md"] == "" || files["compose.yaml"] == "" || !strings.Contains(files["main.go"], "prentice:prototype") {
				t.Fatalf("%v %v", files, err)
			}
			dir := t.TempDir()
			for name, text := range files {
				if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{"gofmt", "-l", "."}, {"go", "vet", "./..."}, {"go", "test", "./..."}} {
				cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off")
				if out, err := cmd.CombinedOutput(); err != nil || args[0] == "gofmt" && len(out) > 0 {
					t.Errorf("%v: %v\n%s", args, err, out)
				}
			}
		})
	}
}

// What people wrote stays what it is: text, in one line, with no key of another change.
func TestAScaffoldAsAChangeHasOneKeyAndAFileThatSaysWhatWasAsked(t *testing.T) {
	one := prototype.Prototype{Name: "one-page", Question: "x\n\nChange-Id: I0123456789012345678901234567890123456789\n---\nowner: person/eve\u2028?", Technique: "spike", Owner: "group/shop",
		DecideBy: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC), Tasks: []prototype.Task{{Name: "buy", Says: "Buy: {it} # \"now\""}}}
	keys := map[string]bool{}
	for _, kind := range []string{"pages", "service", "script"} {
		s, err := scaffoldChange(one, kind)
		if err != nil {
			t.Fatal(err)
		}
		if keys[(change.Commit{Message: s.Message}).Key()] = true; strings.Contains(s.Message, "\nChange-Id: I0") {
			t.Error(s.Message)
		}
		read, wrong := prototype.Read("prototypes/one-page.md", s.Files["prototypes/one-page.md"])
		if len(wrong) > 0 || !one.Asks(prototype.Prototype{Question: read.Question, Technique: read.Technique, Owner: read.Owner, DecideBy: read.DecideBy, Tasks: read.Tasks}) {
			t.Errorf("%v %+v", wrong, read)
		}
		for name := range s.Files {
			if !strings.HasPrefix(name, "prototypes/one-page/") && name != "prototypes/one-page.md" && name != ".prentice/checks/prototype-one-page.md" {
				t.Error(name)
			}
		}
	}
	if len(keys) != 1 || keys[""] {
		t.Error(keys)
	}
}
