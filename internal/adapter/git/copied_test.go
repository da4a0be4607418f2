package git_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"prentice/internal/adapter/git"
)

func TestACopyOfAFolderIsWhatItHasNowWithoutWhatGitIgnores(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		t.Helper()
		full := filepath.Join(top, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	do := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", top, "-c", "user.name=Ann", "-c", "user.email=ann@example.org"}, args...)...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
	}
	see := func(dir string) (git.Copied, []string) {
		t.Helper()
		w, err := git.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() }) //nolint:errcheck // it was only read
		c, err := w.Copied(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		if err := fs.WalkDir(c.FS, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return c, files
	}
	is := func(c git.Copied, files []string, commit bool, changed int, want ...string) {
		t.Helper()
		if (c.Commit != "") != commit || c.Changed != changed || !slices.Equal(files, want) {
			t.Errorf("%+v has %v, want %d changed of %v", c, files, changed, want)
		}
	}
	do("init", "-q", "-b", "main")
	write(".gitignore", "*.key\n")
	write("shop/compose.yaml", "one")
	write("shop/gone", "gone")
	write("shop/secret.key", "secret")
	write("other", "other")
	c, files := see(filepath.Join(top, "shop"))
	is(c, files, false, 2, "compose.yaml", "gone")
	do("add", ".")
	do("commit", "-q", "-m", "one")
	write("shop/compose.yaml", "one") // touched, and the same
	c, files = see(filepath.Join(top, "shop"))
	is(c, files, true, 0, "compose.yaml", "gone")
	write("shop/compose.yaml", "two")
	write("shop/new", "new")
	write("other", "is not in it")
	if err := os.Remove(filepath.Join(top, "shop", "gone")); err != nil {
		t.Fatal(err)
	}
	do("add", "shop/compose.yaml") // what is staged is not committed
	c, files = see(filepath.Join(top, "shop"))
	is(c, files, true, 3, "compose.yaml", "new")
	if text, err := fs.ReadFile(c.FS, "compose.yaml"); err != nil || string(text) != "two" || c.Name != "shop" {
		t.Errorf("%s: %q %v", c.Name, text, err)
	}
	c, files = see(top)
	is(c, files, true, 4, ".gitignore", "other", "shop/compose.yaml", "shop/new")
}
