package githost

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/push"
)

// pushed is a site to which three branches were pushed, of which one is deleted again, and
// the commit that no ref reaches any more.
func pushed(t *testing.T) (s *site, gone string) {
	t.Helper()
	s = serve(t)
	dir := s.clone(t)
	for n := range 3 {
		commit(t, dir, fmt.Sprint("f", n), strings.Repeat("text\n", n+1))
		git(t, dir, "push", "-q", "origin", fmt.Sprintf("HEAD:refs/heads/b%d", n))
	}
	git(t, dir, "checkout", "-q", "-b", "gone")
	commit(t, dir, "gone", "gone\n")
	gone = git(t, dir, "rev-parse", "HEAD")
	git(t, dir, "push", "-q", "origin", "gone")
	git(t, dir, "push", "-q", "origin", ":gone")
	return s, gone
}

func (s *site) has(commit string) bool {
	return exec.Command("git", "--git-dir="+s.dir, "cat-file", "-e", commit).Run() == nil
}

// aged makes a repository look as old as it must be before anything is removed for good.
func (s *site) aged(t *testing.T) {
	t.Helper()
	then := time.Now().Add(-30 * 24 * time.Hour)
	err := filepath.WalkDir(s.dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, then, then)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATidyRepositoryIsQuickToReadAndLosesNothing(t *testing.T) {
	s, gone := pushed(t)
	before, err := s.State("shop")
	if err != nil || before.Loose == 0 || before.Bitmaps {
		t.Fatalf("%+v, %v", before, err)
	}
	refs := git(t, s.dir, "for-each-ref")
	for range 2 { // the second time there are packs already
		if err := s.Tidy(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
		is, err := s.State("shop")
		if err != nil || !is.Index || !is.Bitmaps || !is.Graph || is.Loose != 0 || is.Packs == 0 {
			t.Errorf("%+v, %v", is, err)
		}
		git(t, s.dir, "fsck", "--strict", "--full")
		git(t, s.dir, "multi-pack-index", "verify")
		git(t, s.dir, "commit-graph", "verify")
	}
	if now := git(t, s.dir, "for-each-ref"); now != refs || !s.has(gone) {
		t.Errorf("the refs are %s and were %s; what was deleted a moment ago is there: %v", now, refs, s.has(gone))
	}
	git(t, t.TempDir(), "clone", "-q", s.url, "again")
	dir := s.clone(t)
	git(t, dir, "push", "-q", "origin", "HEAD:refs/heads/after")
}

func TestWhatNothingReachedForWeeksGoesOnlyWhileNoPushIsUnderWay(t *testing.T) {
	s, gone := pushed(t)
	s.aged(t)
	one, err := underWay(t.Context(), s.dir)
	if err != nil {
		t.Fatal(err)
	}
	s.aged(t)
	if err := s.Tidy(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	if !s.has(gone) {
		t.Error("it was removed beside a push, which may build on it")
	}
	one.Close()
	s.aged(t)
	if err := s.Tidy(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	if s.has(gone) {
		t.Error("it stays for ever")
	}
	git(t, s.dir, "fsck", "--strict", "--full")
}

func TestAPushWaitsForTheOneWhoRemovesObjects(t *testing.T) {
	s, _ := pushed(t)
	lock, err := alone(s.dir)
	if err != nil || lock == nil {
		t.Fatal(lock, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := underWay(ctx, s.dir); err == nil || !strings.Contains(err.Error(), "tidied") {
		t.Errorf("a push goes on: %v", err)
	}
	lock.Close()
	judged := false
	s.Receiver = watched{s.judge, func() {
		judged = true
		if lock, err := alone(s.dir); err != nil || lock != nil {
			t.Errorf("objects can be removed while a push is judged: %v", err)
		}
	}}
	git(t, s.clone(t), "push", "-q", "origin", "HEAD:refs/heads/after")
	if !judged {
		t.Error("no push was judged")
	}
}

// watched is a judge who does something first.
type watched struct {
	*judge
	first func()
}

func (w watched) Judge(ctx context.Context, p push.Push) ([]push.Answer, error) {
	w.first()
	return w.judge.Judge(ctx, p)
}

func TestATidyingThatWasCutIsDoneTheNextTime(t *testing.T) {
	s, _ := pushed(t)
	refs := git(t, s.dir, "for-each-ref")
	for ms := range 12 { // git is ended at another moment each time
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(ms*5)*time.Millisecond)
		_ = s.Tidy(ctx, "shop") //nolint:errcheck // it is cut
		cancel()
		git(t, s.dir, "fsck", "--strict", "--full")
	}
	// What is left by a kill, which git cannot clean up after.
	old, young := time.Now().Add(-24*time.Hour), []string{"objects/pack/tmp_pack_young", "refs/heads/young.lock"}
	left := []string{"packed-refs.lock", "objects/pack/multi-pack-index.lock", "objects/info/commit-graph.lock", "refs/heads/b0.lock", "objects/pack/.tmp-1-pack-x.pack", "objects/pack/tmp_pack_x", "objects/tmp_objdir-incoming-x/pack/p"}
	for _, name := range append(left, young...) {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(left, "objects/tmp_objdir-incoming-x") {
		if err := os.Chtimes(filepath.Join(s.dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Tidy(t.Context(), "shop"); err != nil {
		t.Error(err)
	}
	for _, name := range left {
		if _, err := os.Lstat(filepath.Join(s.dir, name)); err == nil {
			t.Errorf("%s is there still", name)
		}
	}
	for _, name := range young {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			t.Errorf("what may be of one that lives: %v", err)
		}
	}
	if is, err := s.State("shop"); err != nil || !is.Bitmaps || is.Loose != 0 {
		t.Errorf("%+v, %v", is, err)
	}
	git(t, s.dir, "fsck", "--strict", "--full")
	if now := git(t, s.dir, "for-each-ref"); now != refs {
		t.Errorf("the refs are %s and were %s", now, refs)
	}
}

func TestADiskThatIsFullLosesNothingAndIsNotFilledByTidying(t *testing.T) {
	h := newHost(t)
	if err := os.MkdirAll(h.Root, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 || exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "none", h.Root).Run() != nil {
		t.Skip("SKIPPED: this machine lets no one mount a small disk")
	}
	t.Cleanup(func() { exec.Command("umount", h.Root).Run() }) //nolint:errcheck // it is below a folder of the test's
	dir := made(t, h, "shop")
	work := t.TempDir()
	git(t, work, "init", "-q")
	noise := make([]byte, 1200<<10)
	f, err := os.Open("/dev/urandom")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Read(noise); err != nil {
		t.Fatal(err)
	}
	commit(t, work, "noise", string(noise))
	git(t, work, "push", "-q", dir, "HEAD:refs/heads/main")
	if err := os.WriteFile(filepath.Join(h.Root, "filler"), make([]byte, 2200<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.Tidy(t.Context(), "shop"); err == nil {
		t.Fatal("it was tidied where there is no room")
	}
	git(t, dir, "fsck", "--strict", "--full")
	for _, e := range inFolder(filepath.Join(dir, "objects", "pack")) {
		if temporary(e.Name()) {
			t.Errorf("%s fills the disk", e.Name())
		}
	}
	if err := os.Remove(filepath.Join(h.Root, "filler")); err != nil {
		t.Fatal(err)
	}
	if err := h.Tidy(t.Context(), "shop"); err != nil {
		t.Error(err)
	}
	git(t, dir, "fsck", "--strict", "--full")
}
