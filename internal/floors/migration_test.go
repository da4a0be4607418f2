package floors

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Two that were written at the same time, each on its own, are found here and not at
// someone's next start.
func TestNoTwoMigrationsOfOneOwnerHaveTheSameNumber(t *testing.T) {
	atRoot(t)
	has := map[string]string{}
	number := func(path string) string {
		n, _, _ := strings.Cut(filepath.Base(path), "_")
		return filepath.Join(filepath.Dir(path), n)
	}
	if number("a/schema/0008_one.sql") != number("a/schema/0008_two.sql") || number("a/schema/0008_one.sql") == number("b/schema/0008_one.sql") {
		t.Error("two with the same number would not be found")
	}
	err := filepath.WalkDir("internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) != "schema" || filepath.Ext(path) != ".sql" {
			return err
		}
		if other := has[number(path)]; other != "" {
			t.Errorf("%s and %s have the same number", other, path)
		}
		has[number(path)] = path
		return nil
	})
	if err != nil || len(has) < 10 {
		t.Errorf("%d migrations: %v", len(has), err)
	}
}
