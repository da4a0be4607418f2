package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/needtest"
)

// afresh makes a sandbox as another process of this user would, which keeps its proofs
// below a folder.
func afresh(t *testing.T, cache string) (*Sandbox, error) {
	t.Helper()
	needtest.Program(t, "bwrap")
	t.Setenv("XDG_CACHE_HOME", cache)
	proved.Clear()
	s, err := New(t.Context(), t.TempDir())
	if err == nil {
		t.Cleanup(func() { s.Close() }) //nolint:errcheck // its folder goes with the test
	}
	return s, err
}

func kept(t *testing.T, cache string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(cache, "prentice/sandbox/*"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	return files[0]
}

func TestAProofIsBelievedOnlyWhereNoOneElseCouldHavePutIt(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	s, err := afresh(t, cache)
	if err != nil {
		t.Fatal(err)
	}
	file, dir := kept(t, cache), filepath.Join(cache, "prentice/sandbox")
	again := func() bool { proved.Clear(); return s.kept().has(holds) }
	if !again() {
		t.Fatal("what was proved is not believed")
	}
	for _, c := range []struct {
		name          string
		spoil, repair func() error
	}{
		{"others may write to it", func() error { return os.Chmod(file, 0o666) }, func() error { return os.Chmod(file, 0o600) }},
		{"others may write to its folder", func() error { return os.Chmod(dir, 0o770) }, func() error { return os.Chmod(dir, 0o700) }},
		{"others may move what its folder stands in", func() error { return os.Chmod(cache, 0o777) }, func() error { return os.Chmod(cache, 0o700) }},
		{"it is a day old", func() error { return touched(file, -25*time.Hour) }, func() error { return touched(file, 0) }},
		{"it is of a time to come", func() error { return touched(file, time.Hour) }, func() error { return touched(file, 0) }},
		{"it is a link", func() error { return relinked(file) }, func() error { os.Remove(file); return os.WriteFile(file, nil, 0o600) }},
	} {
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		if again() {
			t.Errorf("%s, and it is believed", c.name)
		}
		if err := c.repair(); err != nil || !again() {
			t.Fatalf("%s, and is not any more, and it is not believed: %v", c.name, err)
		}
	}
	if os.Geteuid() != 0 {
		t.Log("that a file of another user is not believed is only tried as root")
		return
	}
	if err := os.Chown(file, unprivileged, unprivileged); err != nil || again() {
		t.Errorf("a file of another user is believed: %v", err)
	}
}

func touched(file string, by time.Duration) error {
	at := time.Now().Add(by)
	return os.Chtimes(file, at, at)
}

func relinked(file string) error {
	if err := os.Rename(file, file+".moved"); err != nil {
		return err
	}
	return os.Symlink(file+".moved", file)
}

// A sandbox whose bubblewrap lets all through: the first time that is seen, and what was
// proved with another one says nothing of it.
func TestAProofIsOfTheVeryProgramsThatWereTried(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	if _, err := afresh(t, cache); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	liar := "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "bwrap"), []byte(liar), 0o755); err != nil {
		t.Fatal(err)
	}
	for d := bin; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o755) //nolint:errcheck // one that is another's stays
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	if _, err := afresh(t, cache); prentice.KindOf(err) != prentice.Unavailable {
		t.Error("a bwrap that lets all through is believed: ", err)
	}
}

func TestASandboxThatCannotBeMadeIsNoVerdict(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	s, err := afresh(t, cache)
	if err != nil {
		t.Fatal(err)
	}
	file := kept(t, cache)
	if _, err := afresh(t, cache); err != nil {
		t.Fatal(err)
	}
	s.filter = filepath.Join(t.TempDir(), "spoilt")
	if err := os.WriteFile(s.filter, []byte("no filter"), 0o600); err != nil {
		t.Fatal(err)
	}
	exit, err := s.Run(t.Context(), Job{Argv: []string{"true"}})
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "could not be made: bwrap:") {
		t.Error(exit, err)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("the proof is still there")
	}
	if exit, err := s.Run(t.Context(), Job{Argv: []string{"sh", "-c", "exit 1"}}); err == nil && exit.Code == 1 {
		t.Error("it went on")
	}
}
