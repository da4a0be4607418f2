package standards

import (
	"os"
	"path/filepath"
	"testing"

	"prentice/internal/engine/check"
)

func TestStandardsOfATeamFolderThatLiesInTheRepositoryAreNotAsked(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"shop/.git", "shop/team", "team", "shop-team"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "shop"), filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	rules := []check.Rule{{ID: "names/lower", Source: "team/standards/names.md:3"}, {ID: "files/case", Source: "built in"}}
	for folder, kept := range map[string]int{"team": 2, "shop-team": 2, "shop/team": 1, "shop": 1, "link/team": 1} {
		d := Deps{TeamFolder: func() string { return filepath.Join(top, folder) }}
		list, err := d.withoutOwn(rules, filepath.Join(top, "shop"))
		if len(list) != kept || (err != nil) != (kept == 1) {
			t.Errorf("the team folder is %s: %d rules, %v", folder, len(list), err)
		}
	}
}
