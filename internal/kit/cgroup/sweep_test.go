package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A folder of a test stands for a group; one with a file in it, for one that is in use.
func TestGroupsThatWereLeftAreFoundWhereverTheyAreAndThoseInUseStay(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"prentice-env-aa-e1/web", "system.slice/prentice.service/prentice-env-aa-e2", "user.slice/a/b/c/prentice-env-aa-e3/db", "docker/prentice-env-aa-e4/web", "prentice-env-bb-e5", "docker/other"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "docker/prentice-env-aa-e4/web/process"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	if err := os.Mkdir(filepath.Join(elsewhere, "prentice-env-aa-e6"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	removed := sweep(root, "prentice-env-aa-", mostFolders)
	slices.Sort(removed)
	want := []string{filepath.Join(root, "prentice-env-aa-e1"), filepath.Join(root, "system.slice/prentice.service/prentice-env-aa-e2"), filepath.Join(root, "user.slice/a/b/c/prentice-env-aa-e3")}
	if !slices.Equal(removed, want) {
		t.Errorf("removed are %v", removed)
	}
	for _, stays := range []string{filepath.Join(root, "docker/prentice-env-aa-e4/web/process"), filepath.Join(root, "prentice-env-bb-e5"), filepath.Join(root, "docker/other"), filepath.Join(elsewhere, "prentice-env-aa-e6")} {
		if _, err := os.Stat(stays); err != nil {
			t.Error(err)
		}
	}
	for _, gone := range want {
		if _, err := os.Stat(gone); err == nil {
			t.Errorf("%s is there", gone)
		}
	}
}

func TestNoMoreGroupsAreLookedAtThanABound(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a/b/c/prentice-env-aa-e1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if removed := sweep(root, "prentice-env-aa-", 3); len(removed) > 0 {
		t.Errorf("removed are %v", removed)
	}
	if removed := sweep(root, "prentice-env-aa-", 4); len(removed) != 1 {
		t.Errorf("removed are %v", removed)
	}
}
