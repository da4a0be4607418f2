// Package filestest lays out files for tests: those of a map, or of an archive of
// txtar (https://pkg.go.dev/golang.org/x/tools/txtar) whose top folders are one case
// each. It knows nothing of what is in them.
package filestest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Lay writes files below a folder, by their names and texts.
func Lay(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Corpus lays out an archive below a new folder, and gives the top folders by name.
// Shape changes the text of a file by its top folder; nil changes nothing.
func Corpus(t testing.TB, archive string, shape func(top, text string) string) map[string]string {
	t.Helper()
	read, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir, folders, files := t.TempDir(), map[string]string{}, map[string]string{}
	for _, f := range read.Files {
		top, _, _ := strings.Cut(f.Name, "/")
		folders[top], files[f.Name] = filepath.Join(dir, top), string(f.Data)
		if shape != nil {
			files[f.Name] = shape(top, string(f.Data))
		}
	}
	Lay(t, dir, files)
	return folders
}
