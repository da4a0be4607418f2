package git

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/code"
)

// looked is a bare repository with what someone wrote in it.
func looked(t *testing.T) *Work {
	t.Helper()
	dir, bare := t.TempDir(), filepath.Join(t.TempDir(), "bare.git")
	git(t, dir, "init", "-q", "-b", "main")
	plant(t, dir, "src/a.go", "package a\n\nvar x = 1\n")
	plant(t, dir, "src/deep/b.go", "package b // :(glob)* --output=x\n")
	plant(t, dir, "caf\xe9.txt", "odd\n")
	plant(t, dir, "-c", "a file with the name of an option\n")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "other"), 0o700); err != nil { // or the next commit takes it away
		t.Fatal(err)
	}
	committed(t, dir)
	git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",other")
	git(t, dir, "-c", "user.name=Eve \x1b[2J", "-c", "user.email=e@example.org", "commit", "-q", "-m", "other: \u202ea submodule")
	plant(t, dir, "src/a.go", "package a\n\nvar x = 2\n")
	committed(t, dir)
	git(t, dir, "branch", "feature/#12-ä")
	git(t, dir, "tag", "v1", "HEAD~1")
	git(t, dir, "clone", "-q", "--mirror", ".", bare)
	w, err := Open(t.Context(), bare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() }) //nolint:errcheck // it was only looked at
	return w
}

func TestACommitIsFoundByWhatPeopleCallIt(t *testing.T) {
	w := looked(t)
	main, as, err := w.Named(t.Context(), "")
	if err != nil || as != "main" || len(main) != 40 {
		t.Fatal(main, as, err)
	}
	for name, same := range map[string]bool{"main": true, "feature/#12-ä": true, "v1": false, main[:9]: true, "main~1": false, "HEAD": true} {
		if got, _, err := w.Named(t.Context(), name); err != nil || (got == main) != same {
			t.Errorf("%s: %s %v", name, got, err)
		}
	}
	for _, name := range []string{"--all", "-v", "main..v1", "main^{/a}", "@{-1}", "main@{1}", ":/a", "main:src", "a b", "x\nmain", "nothing", "../HEAD", "refs/heads/*", "\x00"} {
		if got, _, err := w.Named(t.Context(), name); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %s %v", name, got, err)
		}
	}
}

func TestAFolderIsListedAsItIs(t *testing.T) {
	w := looked(t)
	main, _, err := w.Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	list, more, err := w.List(t.Context(), main, "", 100)
	if err != nil || more != 0 {
		t.Fatal(more, err)
	}
	w.Last(t.Context(), main, "", list, time.Minute)
	kinds := map[string]code.Kind{"src": code.Folder, "-c": code.File, "link": code.Link, "other": code.Submodule, "caf\xe9.txt": code.File}
	for _, e := range list {
		if kinds[e.Name] != e.Kind || e.Odd() != (e.Name == "caf\xe9.txt") || e.Last == nil || strings.Contains(e.Last.Author, "\x1b") {
			t.Errorf("%+v %+v", e, e.Last)
		}
		delete(kinds, e.Name)
	}
	if len(kinds) > 0 || list[0].Name != "src" || list[0].Last.ID != main {
		t.Errorf("%v are missing; %+v", kinds, list[0])
	}
	if list, more, err := w.List(t.Context(), main, "", 2); err != nil || len(list) != 2 || more != 3 {
		t.Errorf("%d %d %v", len(list), more, err)
	}
	if e, err := w.Entry(t.Context(), main, "-c"); err != nil || e.Kind != code.File {
		t.Errorf("%+v %v", e, err)
	}
	for _, path := range []string{"..", "src/../-c", "/etc/passwd", "link/x", "nothing", "src/a.go/x", "*", ":(top)src", "a\nb"} {
		if _, _, err := w.List(t.Context(), main, path, 9); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := w.Entry(t.Context(), main, path); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestTheHistoryOfAPathIsThatOfThePath(t *testing.T) {
	w := looked(t)
	main, _, _ := w.Named(t.Context(), "")
	all, err := w.History(t.Context(), main, "", "", 0, 50)
	if err != nil || len(all) != 3 || strings.ContainsAny(all[1].Subject+all[1].Author, "\x1b\u202e") {
		t.Fatalf("%+v %v", all, err)
	}
	for path, n := range map[string]int{"src": 2, "src/a.go": 2, "other": 1, "nothing": 0} {
		if list, err := w.History(t.Context(), main, "", path, 0, 50); err != nil || len(list) != n {
			t.Errorf("%s: %+v %v", path, list, err)
		}
	}
	if list, err := w.History(t.Context(), main, all[1].ID, "", 0, 50); err != nil || len(list) != 1 || list[0].ID != main {
		t.Errorf("%+v %v", list, err)
	}
	parts, err := w.Blame(t.Context(), main, "src/a.go")
	if err != nil || len(parts) != 2 || parts[1].Line != 3 || parts[1].ID != main || parts[0].Text() != "package a\n" {
		t.Errorf("%+v %v", parts, err)
	}
	branches, tags, err := w.Pointers(t.Context(), 1)
	if err != nil || len(branches) != 1 || len(tags) != 1 || tags[0].Name != "v1" || tags[0].Commit.ID != all[1].ID {
		t.Errorf("%+v %+v %v", branches, tags, err)
	}
}

func TestASearchIsForTheTextAndIsNoOption(t *testing.T) {
	w := looked(t)
	main, _, _ := w.Named(t.Context(), "")
	q := code.Query{Most: 10, Within: time.Minute}
	for text, n := range map[string]int{"package": 2, "--output=x": 1, ":(glob)*": 1, "-f": 0, "pack.ge": 0} {
		q.Text = text
		if list, whole, err := w.Search(t.Context(), main, q); err != nil || !whole || len(list) != n {
			t.Errorf("%q: %+v %v %v", text, list, whole, err)
		}
	}
	q.Text, q.Expression = "pack.ge", true
	if list, _, err := w.Search(t.Context(), main, q); err != nil || len(list) != 2 || list[0].Path != "src/a.go" || list[0].Line != 1 {
		t.Errorf("%+v %v", list, err)
	}
	q.Most = 1
	if list, whole, err := w.Search(t.Context(), main, q); err != nil || whole || len(list) != 1 {
		t.Errorf("%+v %v %v", list, whole, err)
	}
	q.Text = "("
	if _, _, err := w.Search(t.Context(), main, q); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
}

// Who packs a commit runs no program that a repository names, and who takes no more ends it.
func TestAnArchiveIsOfTheCommitAlone(t *testing.T) {
	w := looked(t)
	main, _, _ := w.Named(t.Context(), "")
	mark := filepath.Join(t.TempDir(), "run")
	for _, key := range []string{"tar.tar.command", "tar.tgz.command"} {
		if out, err := exec.Command("git", "-C", w.Common, "config", key, "touch "+mark).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
	var out bytes.Buffer
	if err := w.Archive(t.Context(), main, "tar", "shop-main", &out); err != nil || !bytes.Contains(out.Bytes(), []byte("shop-main/src/a.go")) {
		t.Fatal(err)
	}
	if err := w.Archive(t.Context(), main, "tgz", "x", &out); err == nil {
		t.Error("a format that settings can name was packed")
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program of the settings was run")
	}
	full := errors.New("full")
	if err := w.Archive(t.Context(), main, "zip", "x", refusing{full}); !errors.Is(err, full) {
		t.Error(err)
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

// A file whose one line has 100 MB is found by its size, searched, and not kept.
func TestALineOf100MBIsNotKept(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	plant(t, dir, "long", strings.Repeat("needle ", 100<<20/7)+"\n")
	committed(t, dir)
	w, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // it was only looked at
	main, _, _ := w.Named(t.Context(), "")
	e, err := w.Entry(t.Context(), main, "long")
	if err != nil || e.Size < 99<<20 {
		t.Fatal(e, err)
	}
	list, _, err := w.Search(t.Context(), main, code.Query{Text: "needle", Most: 5, Within: time.Minute})
	if err != nil || len(list) != 1 || len(list[0].Text) > 500 {
		t.Errorf("%d %v", len(list), err)
	}
	if _, err := w.Content(e.ID, code.MostShown); prentice.KindOf(err) != prentice.Limited {
		t.Error(err)
	}
}
