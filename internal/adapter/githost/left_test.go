package githost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWhatAPushThatWasEndedLeftIsTakenAway(t *testing.T) {
	s := serve(t)
	work := s.clone(t)
	old, young := filepath.Join(s.dir, "objects", "tmp_objdir-incoming-old"), filepath.Join(s.dir, "objects", "tmp_objdir-incoming-young")
	for _, path := range []string{filepath.Join(old, "pack"), young} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Now().Add(-36 * time.Minute)
	if err := os.Chtimes(old, then, then); err != nil {
		t.Fatal(err)
	}
	git(t, work, "push", "-q", "origin", "HEAD:refs/heads/main")
	if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what a push left that can go on no more is still there:", err)
	}
	if _, err := os.Lstat(young); err != nil {
		t.Error("a push that goes on lost its quarantine:", err)
	}
}
