package checkrun_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"prentice/internal/adapter/checkrun"
)

func TestWhatChecksOfARepositoryThatIsGoneKeptGoesAfterAWhile(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	old := time.Now().Add(-100 * 24 * time.Hour)
	for _, name := range []string{"there", "gone", "used"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "runs", "unit", "a run"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(outside, "precious"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error { //nolint:errcheck // the times are looked at below
		if d.IsDir() {
			return os.Chtimes(path, old, old)
		}
		return nil
	})
	if err := os.Chtimes(filepath.Join(dir, "used", "runs", "unit"), time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	n, err := checkrun.Gone(dir, map[string]bool{"there": true}, time.Now().Add(-30*24*time.Hour))
	if err != nil || n != 1 {
		t.Errorf("%d went, %v", n, err)
	}
	entries, _ := os.ReadDir(dir)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, []string{"link", "there", "used"}) {
		t.Errorf("left are %v", left)
	}
	if _, err := os.Stat(filepath.Join(outside, "precious")); err != nil {
		t.Error(err)
	}
	if n, err := checkrun.Gone(filepath.Join(dir, "none"), nil, time.Now()); n != 0 || err != nil {
		t.Error(n, err)
	}
}
