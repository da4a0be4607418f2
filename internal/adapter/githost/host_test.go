package githost

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/needtest"
)

func newHost(t *testing.T) *Host {
	t.Helper()
	needtest.Program(t, "git")
	top := t.TempDir()
	return New(filepath.Join(top, "repositories"), filepath.Join(top, "own"))
}

func made(t *testing.T, h *Host, name string) string {
	t.Helper()
	if err := h.Create(context.Background(), name, "main"); err != nil {
		t.Fatal(err)
	}
	dir, err := h.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestARepositoryThatIsMadeIsEmptyBareAndHasNoHooks(t *testing.T) {
	h := newHost(t)
	dir := made(t, h, "shop")
	head, err := os.ReadFile(filepath.Join(dir, "HEAD"))
	if err != nil || string(head) != "ref: refs/heads/main\n" {
		t.Errorf("HEAD is %q, %v", head, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "hooks")); err == nil {
		t.Error("it has hooks")
	}
	if err := h.Create(context.Background(), "shop", "main"); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("a second one of the name: %v", err)
	}
}

func TestARepositoryThatWasChangedByHandIsClosed(t *testing.T) {
	for what, change := range map[string]func(dir string) error{
		"a setting": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "config"), []byte(settings+"[uploadpack]\n\tpackObjectsHook = evil\n"), 0o600)
		},
		"alternates": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "objects", "info", "alternates"), []byte("/other/objects\n"), 0o600)
		},
		"a common folder": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "commondir"), []byte("/other\n"), 0o600)
		},
		"refs that are a link": func(dir string) error {
			if err := os.RemoveAll(filepath.Join(dir, "refs")); err != nil {
				return err
			}
			return os.Symlink("/other/refs", filepath.Join(dir, "refs"))
		},
	} {
		h := newHost(t)
		if err := change(made(t, h, "shop")); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Open("shop"); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestANameOfARepositoryIsNoPath(t *testing.T) {
	h := newHost(t)
	for _, name := range []string{"", "..", "../shop", "shop/../x", "/etc", "Shop", "-x", ".git", "shop.git", "a..b", "shop.", "s\x00", strings.Repeat("a", 64), "shop.lock", "a b"} {
		if err := h.Create(context.Background(), name, "main"); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := h.Open(name); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("open %q: %v", name, err)
		}
	}
	for _, branch := range []string{"", "-x", "a..b", "refs/heads/main", "HEAD", "a b", "x.lock", "/x", "a//b", "x\x1b[0m", "a/.b", "@{1}"} {
		if err := h.Create(context.Background(), "shop", branch); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("branch %q: %v", branch, err)
		}
	}
}

func TestRefsAreThoseThatGitLists(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	same := func(when string) {
		t.Helper()
		list, err := s.Refs(t.Context(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, r := range list {
			fmt.Fprintf(&b, "%s %s %s\n", r.Name, r.ID, r.Symbolic)
		}
		want := git(t, s.dir, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
		if strings.TrimSpace(b.String()) != want {
			t.Errorf("%s: they are\n%s\nand git lists\n%s", when, b.String(), want)
		}
		if _, known := refsIn(s.dir); !known {
			t.Errorf("%s: git was asked", when)
		}
	}
	same("where there are none")
	git(t, dir, "tag", "-a", "-m", "one", "v1")
	git(t, dir, "push", "-q", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/deep/er/b", "v1")
	git(t, s.dir, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
	git(t, s.dir, "symbolic-ref", "refs/heads/again", "refs/heads/alias")
	git(t, s.dir, "symbolic-ref", "refs/heads/dangling", "refs/heads/none")
	same("in files")
	git(t, s.dir, "pack-refs", "--all")
	same("packed")
	commit(t, dir, "b", "b\n")
	git(t, dir, "push", "-q", "origin", "HEAD:refs/heads/main", ":refs/heads/deep/er/b", "HEAD:refs/heads/new")
	same("packed, moved and deleted")
	if err := os.WriteFile(filepath.Join(s.dir, "packed-refs"), []byte("what is this"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, known := refsIn(s.dir); known {
		t.Error("a file of refs that cannot be read is taken for none")
	}
}
