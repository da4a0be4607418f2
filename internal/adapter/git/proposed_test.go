package git_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/git"
	review "prentice/internal/engine/change"
	"prentice/internal/kit/diff"
	"prentice/internal/kit/needtest"
)

// made is a repository that is written to by the real git.
type made struct {
	*testing.T
	dir string
}

func newMade(t *testing.T) made {
	t.Helper()
	needtest.Program(t, "git")
	m := made{t, t.TempDir()}
	m.git("init", "-q", "-b", "main")
	m.git("config", "user.name", "Ann")
	m.git("config", "user.email", "ann@example.org")
	return m
}

func (m made) git(args ...string) string {
	m.Helper()
	c := exec.Command("git", args...)
	c.Dir = m.dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := c.CombinedOutput()
	if err != nil {
		m.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (m made) commit(message string, files map[string]string) string {
	m.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(m.dir, name)), 0o700); err != nil {
			m.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
			m.Fatal(err)
		}
	}
	m.git("add", "-A")
	m.git("commit", "-q", "--allow-empty", "-m", message)
	return m.git("rev-parse", "HEAD")
}

func (m made) open() *git.Work {
	m.Helper()
	w, err := git.Open(m.Context(), m.dir)
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { w.Close() }) //nolint:errcheck // it was only read
	return w
}

const block = "func a() {\n\tone()\n\ttwo()\n\tthree()\n}\n\n"

func TestOnlyWhatGitComesToByItselfIsACleanRebase(t *testing.T) {
	m := newMade(t)
	base := m.commit("base", map[string]string{"a.go": block + strings.Repeat("// between\n", 9) + block, "b": "b\n"})
	was := m.commit("change", map[string]string{"a.go": strings.Replace(block, "two()", "TWO()", 1) + strings.Repeat("// between\n", 9) + block})
	reworded := m.commitTree("change, better said", was, base)
	m.git("checkout", "-q", "-B", "main", base)
	next := m.commit("meanwhile", map[string]string{"b": "c\n"})
	m.git("checkout", "-q", "-B", "work", was)
	m.git("rebase", "-q", "--onto", next, base)
	clean := m.git("rev-parse", "HEAD")
	// The same hunk in the other of two places that look alike: a fingerprint of the patch is
	// the same, and the content is not.
	m.git("checkout", "-q", "-B", "evil", next)
	elsewhere := m.commit("change", map[string]string{"a.go": block + strings.Repeat("// between\n", 9) + strings.Replace(block, "two()", "TWO()", 1)})
	m.git("checkout", "-q", "-B", "more", next)
	more := m.commit("change", map[string]string{"a.go": strings.Replace(block, "two()", "TWO()", 1) + strings.Repeat("// between\n", 9) + block, "extra": "x\n"})
	m.git("checkout", "-q", "-B", "odd", base)
	blank := m.commit("change", map[string]string{"a.go": strings.Replace(block, "\ttwo()", "TWO()", 1) + strings.Repeat("// between\n", 9) + block})

	w := m.open()
	objects := m.git("count-objects")
	for is, want := range map[string]string{reworded: review.Message, clean: review.Rebased, elsewhere: review.New, more: review.New, blank: review.New} {
		if got, err := w.Became(t.Context(), was, is); err != nil || got != want {
			t.Errorf("%s: %q, not %q (%v)", m.git("log", "-1", "--format=%d %s", is), got, want, err)
		}
	}
	if now := m.git("count-objects"); now != objects {
		t.Errorf("the repository holds %s, and held %s", now, objects)
	}
}

func (m made) commitTree(message, like, parent string) string {
	return m.git("commit-tree", "-m", message, "-p", parent, like+"^{tree}")
}

func TestALineOfCommitsIsReadFromTheOldest(t *testing.T) {
	m := newMade(t)
	base := m.commit("base", map[string]string{"a": "1\n"})
	m.git("checkout", "-q", "-b", "work")
	one := m.commit("one\n\nChange-Id: I0123456789012345678901234567890123456789", map[string]string{"a": "2\n"})
	two := m.commit("two", map[string]string{"a": "3\n"})
	w := m.open()
	list, tip, err := w.Line(t.Context(), "main", two, 10)
	if err != nil || len(list) != 2 || list[0].ID != one || list[1].ID != two || tip != base || list[1].Parents[0] != one || list[0].Key() == "" || list[0].Email != "ann@example.org" {
		t.Fatalf("%+v %s %v", list, tip, err)
	}
	header := strings.Replace(m.git("cat-file", "commit", two), "\n\n", "\nchange-id zvmsqrlkxwotpynuzvmsqrlkxwotpynu\n\n", 1) + "\n"
	file := filepath.Join(t.TempDir(), "commit")
	if err := os.WriteFile(file, []byte(header), 0o600); err != nil {
		t.Fatal(err)
	}
	jj := m.git("hash-object", "-t", "commit", "-w", file)
	if c, err := w.Proposed(jj); err != nil || c.Key() != "zvmsqrlkxwotpynuzvmsqrlkxwotpynu" {
		t.Errorf("%+v %v", c, err)
	}
	m.git("checkout", "-q", "--orphan", "other")
	if _, _, err := w.Line(t.Context(), "main", m.commit("other", nil), 10); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("a line that begins elsewhere: %v", err)
	}
	if _, _, err := w.Line(t.Context(), "main", "--output=x", 10); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}

func TestAComparisonRunsNothingOfTheRepository(t *testing.T) {
	m := newMade(t)
	was := m.commit("was", map[string]string{"old name": strings.Repeat("line\n", 30), "b.txt": "1\n", ".gitattributes": "*.txt diff=evil\n*.bin -diff\n"})
	m.git("mv", "old name", "new name")
	is := m.commit("is", map[string]string{"b.txt": "2\n"})
	m.git("config", "diff.evil.command", "touch "+m.dir+"/ran; false")
	m.git("config", "diff.evil.textconv", "touch "+m.dir+"/ran; false")
	m.git("config", "diff.noprefix", "true")
	w := m.open()
	files, more, err := w.Compare(t.Context(), was, is, 3, diff.Usual())
	if err != nil || more != 0 || len(files) != 2 || files[1].Kind != diff.Renamed || files[1].Was != "old name" || files[0].Plus != 1 {
		t.Errorf("%+v %v", files, err)
	}
	if one, _, err := w.Compare(t.Context(), was, is, 0, diff.Usual(), "b.txt"); err != nil || len(one) != 1 {
		t.Errorf("%+v %v", one, err)
	}
	if all, _, err := w.Compare(t.Context(), "", was, 3, diff.Usual()); err != nil || len(all) != 3 || all[0].Kind != diff.Added {
		t.Errorf("%+v %v", all, err)
	}
	if _, err := os.Stat(filepath.Join(m.dir, "ran")); err == nil {
		t.Error("a program of the repository's settings ran")
	}
	if text, err := w.File(t.Context(), is, "b.txt", 100); err != nil || string(text) != "2\n" {
		t.Errorf("%q %v", text, err)
	}
	for _, path := range []string{"gone", "*", ":(glob)*", "../x", ""} {
		if _, err := w.File(t.Context(), is, path, 100); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestARefOfAPatchSetIsMadeOnce(t *testing.T) {
	m := newMade(t)
	one, two := m.commit("one", nil), m.commit("two", nil)
	w := m.open()
	for range 2 {
		if err := w.SetPatchSet(t.Context(), "refs/changes/12/1", one); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetPatchSet(t.Context(), "refs/changes/12/1", two); prentice.KindOf(err) != prentice.Conflict || m.git("rev-parse", "refs/changes/12/1") != one {
		t.Errorf("it was moved: %v", err)
	}
	for _, ref := range []string{"refs/heads/main", "refs/changes/12/1/../../../heads/main", "refs/changes/0/1", "refs/changes/1/1 x"} {
		if err := w.SetPatchSet(t.Context(), ref, two); prentice.KindOf(err) != prentice.Internal {
			t.Errorf("%q: %v", ref, err)
		}
	}
}

func TestAnAmendedCommitKeepsItsAuthorAndItsOtherFiles(t *testing.T) {
	m := newMade(t)
	m.commit("base", map[string]string{"d/a b": "1\n", "x": "1\n"})
	id := m.commit("change", map[string]string{"d/a b": "2\n"})
	m.git("update-index", "--chmod=+x", "x")
	w := m.open()
	of, err := w.Proposed(id)
	if err != nil {
		t.Fatal(err)
	}
	now, err := w.Amend(t.Context(), of, "d/a b", []byte("3\n"), "change\n\nCo-authored-by: x <x@y>\n", "b<o>b", time.Unix(1_800_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.git("log", "-1", "--format=%an %ae|%cn %ct|%s|%P", now); got != "Ann ann@example.org|bob 1800000000|change|"+of.Parents[0] {
		t.Error(got)
	}
	if got := m.git("show", now+":d/a b") + m.git("diff", "--name-only", id, now); got != "3d/a b" {
		t.Error(got)
	}
	if _, err := w.Amend(t.Context(), of, "gone", nil, "x", "bob", time.Unix(0, 0)); prentice.KindOf(err) != prentice.NotFound {
		t.Error(err)
	}
}

func TestAddedFilesReplaceNothingAndLeadThroughFoldersOnly(t *testing.T) {
	m := newMade(t)
	id := m.commit("base", map[string]string{"d/a": "1\n", "plain": "1\n"})
	m.git("update-index", "--add", "--cacheinfo", "120000,"+m.git("rev-parse", "HEAD:plain")+",link")
	m.git("update-index", "--add", "--cacheinfo", "160000,"+id+",sub")
	m.git("commit", "-q", "-m", "links")
	w := m.open()
	of, err := w.Proposed(m.git("rev-parse", "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	of.Parents = []string{of.ID}
	at := time.Unix(1_800_000_000, 0)
	now, err := w.Add(t.Context(), of, map[string][]byte{"d/b": []byte("2\n"), "e/f/*": []byte("3\n")}, []string{"g"}, "more\n", "bob", at)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.git("diff", "--name-status", of.ID, now); got != "A\td/b\nA\te/f/*" {
		t.Error(got)
	}
	for name, free := range map[string][]string{"d/a": nil, "plain": nil, "plain/x": nil, "link/x": nil, "sub/x": nil, "d": nil, "new": {"d"}} {
		if _, err := w.Add(t.Context(), of, map[string][]byte{name: nil}, free, "more\n", "bob", at); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}
