package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prentice/internal/engine/check"
)

// TestWhatNothingNamesIsFound has objects in quarantine, in files and in a pack, of which
// some are needed, some are there already, and one is neither.
func TestWhatNothingNamesIsFound(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop.git")
	git(t, "/", "init", "-q", "--bare", "-b", "main", dir)
	quarantine := filepath.Join(dir, "objects", "tmp_objdir-incoming-x")
	if err := os.MkdirAll(filepath.Join(quarantine, "pack"), 0o700); err != nil {
		t.Fatal(err)
	}
	in := func(env []string, stdin string, args ...string) string {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", dir}, args...)...)
		c.Env = append(append(os.Environ(), "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org"), env...)
		c.Stdin = strings.NewReader(stdin)
		out, err := c.Output()
		if err != nil {
			t.Fatal(args, err)
		}
		return strings.TrimSpace(string(out))
	}
	there := in(nil, "there already\n", "hash-object", "-w", "--stdin")
	main := in(nil, "", "commit-tree", "-m", "begin", in(nil, "", "mktree"))
	in(nil, "", "update-ref", "refs/heads/main", main)
	in(nil, "", "update-ref", "refs/tags/there", there)
	apart := []string{"GIT_OBJECT_DIRECTORY=" + quarantine, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(dir, "objects")}
	blob := in(apart, "needed\n", "hash-object", "-w", "--stdin")
	tree := in(apart, "100644 blob "+blob+"\ta\n", "mktree")
	commit := in(apart, "", "commit-tree", "-p", main, "-m", "go on", tree)
	tag := in(apart, "object "+commit+"\ntype commit\ntag v1\ntagger A <a@example.org> 1 +0000\n\nFirst\n", "mktag")
	ask := func() []string {
		t.Helper()
		b := Quarantined(dir, quarantine)
		defer b.Close() //nolint:errcheck // it was only read
		n, err := b.News(t.Context(), []string{tag}, 10, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		return n.Unnamed
	}
	if list := ask(); len(list) > 0 {
		t.Errorf("a push of a tag of a commit brings what nothing names: %v", list)
	}
	in(apart, "", "cat-file", "-e", there)
	packed := in(apart, there+"\n"+blob+"\n", "pack-objects", "-q", filepath.Join(quarantine, "pack", "pack"))
	if list := ask(); len(list) > 0 {
		t.Errorf("what the repository has: %v (pack %s)", list, packed)
	}
	loose := in(apart, "smuggled in a file\n", "hash-object", "-w", "--stdin")
	other := in(apart, "smuggled in a pack\n", "hash-object", "-w", "--stdin")
	in(apart, other+"\n", "pack-objects", "-q", filepath.Join(quarantine, "pack", "pack"))
	if err := os.Remove(filepath.Join(quarantine, other[:2], other[2:])); err != nil {
		t.Fatal(err)
	}
	list, want := ask(), []string{loose, other}
	slices.Sort(list)
	slices.Sort(want)
	if !slices.Equal(list, want) {
		t.Errorf("nothing names %v, and %v is found", want, list)
	}

	b := Quarantined(dir, quarantine)
	defer b.Close() //nolint:errcheck // it was only read
	said := ""
	for id, kind := range map[string]string{tag: "commit", commit: "commit", blob: "blob", tree: "tree"} {
		if got, err := b.Named(t.Context(), id, func(a check.Added) { said += string(a.In) }); err != nil || got != kind {
			t.Errorf("%s is a %s, and not a %s: %v", id, kind, got, err)
		}
	}
	if said != "tag message" {
		t.Errorf("what tags say is told as %q", said)
	}
}
