package teamfolder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/adapter/teamfolder"
	"prentice/internal/engine/check"
)

func commit(n byte) string { return strings.Repeat(string(n), 40) }

func tree(files ...check.File) *check.Tree {
	return &check.Tree{Files: files, Content: func(f check.File) ([]byte, error) {
		if f.ID == "gone" {
			return nil, errors.New("the object is gone")
		}
		return []byte(f.ID), nil
	}}
}

func plain(path, text string) check.File {
	return check.File{Path: path, Mode: check.Regular, ID: text, Size: int64(len(text))}
}

func TestAFolderIsThereWholeOrNotAtAll(t *testing.T) {
	p := teamfolder.Place(filepath.Join(t.TempDir(), "team.git"))
	if err := p.Lay(commit('a'), tree(plain("one.md", "1"), plain("two.md", "gone"))); err == nil {
		t.Fatal("an object that is gone is no error")
	}
	if dir, there := p.Folder(commit('a')); there {
		t.Errorf("%s is there, and is half a folder", dir)
	}
	left, err := filepath.Glob(filepath.Join(string(p), ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := p.Lay(commit('a'), tree(plain("procedures/one.md", "1"))); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	dir, _ := p.Folder(commit('a'))
	if text, err := os.ReadFile(filepath.Join(dir, "procedures", "one.md")); err != nil || string(text) != "1" {
		t.Errorf("%q %v", text, err)
	}
}

func TestNoLinkAndNoPathOutsideIsATeamsFile(t *testing.T) {
	p := teamfolder.Place(t.TempDir())
	for _, bad := range []check.File{
		{Path: "policy.yaml", Mode: check.Link, ID: "/etc/passwd"}, {Path: "other", Mode: check.Submodule},
		plain("../policy.yaml", "x"), plain("/etc/cron.d/x", "x"), plain(".git/hooks/post-checkout", "x"), plain(".GIT/config", "x"), {Path: "large", Mode: check.Regular, Size: check.MostFile + 1},
	} {
		err := p.Lay(commit('b'), tree(bad))
		if prentice.KindOf(err) != prentice.Refused {
			t.Errorf("%s: %v", bad.Path, err)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "policy.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := teamfolder.Read(dir); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("a link in the folder: %v", err)
	}
}

func TestWhatIsInForceIsSaidAndOldFoldersGo(t *testing.T) {
	p := teamfolder.Place(t.TempDir())
	for _, c := range []byte("0123456789") {
		if err := p.Lay(commit(c), tree(plain("a", "b"))); err != nil {
			t.Fatal(err)
		}
	}
	now := teamfolder.InForce{Repository: "config", Branch: "main", Commit: commit('0'), Folder: "/team"}
	if err := p.Say(now); err != nil {
		t.Fatal(err)
	}
	if said, there := p.Said(); !there || said != now {
		t.Errorf("%+v", said)
	}
	list, err := os.ReadDir(string(p))
	if _, there := p.Folder(commit('0')); !there || err != nil || len(list) != 7 { // the one in force, five before it, and the note
		t.Errorf("%d are there, %v", len(list), err)
	}
	if err := errors.Join(p.Unsay(), p.Unsay()); err != nil {
		t.Error(err)
	}
	if _, there := p.Said(); there {
		t.Error("it is said all the same")
	}
}
