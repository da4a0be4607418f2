package githost

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"prentice"
)

func TestOfARepositoryThatIsDeletedABundleIsLeft(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	git(t, dir, "push", "-q", "origin", "HEAD:refs/heads/main")
	bundle, err := s.Delete(context.Background(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); err == nil {
		t.Error("it is there still")
	}
	if _, err := tryGit(dir, "ls-remote", "origin"); err == nil {
		t.Error("it is served still")
	}
	if err := s.Import(context.Background(), "again", bundle, "main"); err != nil {
		t.Fatal(err)
	}
	if was, is := git(t, dir, "rev-parse", "HEAD"), git(t, s.Path("again"), "rev-parse", "refs/heads/main"); was != is {
		t.Errorf("%s came back as %s", was, is)
	}
	if err := s.Tidy(context.Background(), "again"); err != nil {
		t.Error(err)
	}
	git(t, s.Path("again"), "fsck", "--strict")
	if err := s.RemoveBundle(bundle); err != nil {
		t.Error(err)
	}
	if err := s.RemoveBundle(filepath.Join(s.Path("again"), "config")); err == nil {
		t.Error("another file was removed")
	}
}

func TestOnlyWhatRunsNothingIsImported(t *testing.T) {
	h := newHost(t)
	evil := filepath.Join(t.TempDir(), "evil")
	for _, from := range []string{"ext::sh -c touch% " + evil, "--upload-pack=touch " + evil, "ssh://host/x", "git@host:x", "../x", "x", "https://me:secret@host/x", "http://example.org/x", "file:///x", "https://", "/a/../b", "/a\nb", ""} {
		if err := h.Import(context.Background(), "shop", from, "main"); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", from, err)
		}
	}
	if err := h.Import(context.Background(), "shop", filepath.Join(t.TempDir(), "none"), "main"); err == nil {
		t.Error("nothing was imported")
	}
	if _, err := os.Stat(h.Path("shop")); err == nil {
		t.Error("what could not be imported is there")
	}
	if _, err := os.Stat(evil); err == nil {
		t.Error("a program was run")
	}
}

func TestAnImportWithoutTheBranchThatCountsIsNone(t *testing.T) {
	s := serve(t)
	dir := s.clone(t)
	if err := s.Import(context.Background(), "other", filepath.Join(dir, ".git"), "trunk"); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("%v", err)
	}
	if err := s.Import(context.Background(), "other", filepath.Join(dir, ".git"), "main"); err != nil {
		t.Error(err)
	}
}
