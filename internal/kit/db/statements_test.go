package db

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAMigrationIsReadAsItIsWritten(t *testing.T) {
	got, err := statements("-- Before.\n-- +goose Up\n\n-- What it is for.\nCREATE TABLE a (\n    b TEXT NOT NULL, -- one; two\n    -- and more;\n    c TEXT -- ;\n);   -- the end\nCREATE INDEX d ON a (b);\n-- +goose Down\nDROP TABLE a;\n")
	want := []string{"CREATE TABLE a (\n    b TEXT NOT NULL, -- one; two\n    -- and more;\n    c TEXT -- ;\n);   -- the end\n", "CREATE INDEX d ON a (b);"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAMigrationThatWouldBeReadInAnotherWayIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "CREATE TABLE a (b TEXT);\n", "-- +goose Up\nCREATE TABLE a (b TEXT)\n",
		"CREATE TABLE a (b TEXT);\n-- +goose Up\n", "-- +goose Up\n-- +goose Up\nSELECT 1;\n",
		"-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n",
		"-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n",
	} {
		if got, err := statements(text); err == nil {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

// Nothing of a file is lost: what its statements say is what it says.
func TestEveryMigrationIsReadWholly(t *testing.T) {
	n := 0
	err := filepath.WalkDir("../../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".sql" || filepath.Base(filepath.Dir(path)) != "schema" {
			return err
		}
		n++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		list, err := statements(string(raw))
		if err != nil || len(list) == 0 {
			t.Errorf("%s: %d statements, %v", path, len(list), err)
		}
		up, _, _ := strings.Cut(string(raw), "\n-- +goose Down")
		if got, want := words(strings.Join(list, "\n")), words(up); got != want {
			t.Errorf("%s is read as %s", path, got)
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d migrations, %v", n, err)
	}
}

// words are those of SQL without its comments.
func words(text string) string {
	var all []string
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(" "+line, " --")
		all = append(all, strings.Fields(code)...)
	}
	return strings.Join(all, " ")
}
