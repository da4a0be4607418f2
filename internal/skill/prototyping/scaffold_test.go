package prototyping

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
