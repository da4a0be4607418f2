package githost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWhatAPushThatWasEndedLeftIsTakenAway(t *testing.T) {
	s := serve(t)
	work := s.clone(t)
	left := filepath.Join(s.dir, "objects", "tmp_objdir-incoming-left")
	is := func(there bool) {
		t.Helper()
		if _, err := os.Lstat(left); there != (err == nil) || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal("what a push left:", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(left, "pack"), 0o700); err != nil {
		t.Fatal(err)
	}
	another, err := underWay(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	git(t, work, "push", "-q", "origin", "HEAD:refs/heads/one")
	is(true) // another push is under way, and it may be its quarantine
	another.Close()
	git(t, work, "push", "-q", "origin", "HEAD:refs/heads/two")
	is(false)
}
