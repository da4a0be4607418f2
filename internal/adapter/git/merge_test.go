package git

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
)

// branches is a bare repository with main and branches that begin at its first commit:
// each writes files, "name=text".
func branches(t *testing.T, list map[string][]string) (*Work, func(ref string) string) {
	t.Helper()
	dir, bare := t.TempDir(), filepath.Join(t.TempDir(), "bare.git")
	git(t, dir, "init", "-q", "-b", "main")
	plant(t, dir, "a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
	plant(t, dir, "b", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
	committed(t, dir)
	git(t, dir, "tag", "start")
	for name, files := range list {
		git(t, dir, "checkout", "-q", "-B", name, "start")
		for _, f := range files {
			file, text, _ := strings.Cut(f, "=")
			plant(t, dir, file, text)
			committed(t, dir)
		}
	}
	git(t, dir, "clone", "-q", "--mirror", ".", bare)
	w, err := Open(t.Context(), bare)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() }) //nolint:errcheck // it was only looked at
	return w, func(ref string) string {
		out, err := exec.Command("git", "-C", bare, "rev-parse", ref).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s", ref, out)
		}
		return strings.TrimSpace(string(out))
	}
}

func TestAChangeComesOntoABranchByEachMethod(t *testing.T) {
	w, id := branches(t, map[string][]string{"main": {"a=1\n2\n3\n4\n5\n6\n7\n8\nnine\n"}, "work": {"a=one\n2\n3\n4\n5\n6\n7\n8\n9\n", "c=new\n"}})
	p := queue.Proposed{Base: id("start"), Head: id("work"), Message: "Merge change/1\n", At: time.Unix(1_800_000_000, 0)}
	trees := map[string]bool{}
	for method, parents := range map[queue.Method]int{queue.Merge: 2, queue.Squash: 1, queue.Rebase: 1} {
		p.Method = method
		m, err := w.Onto(t.Context(), id("main"), p)
		if err != nil || m.Conflicts != nil {
			t.Fatalf("%s: %+v, %v", method, m, err)
		}
		again, err := w.Onto(t.Context(), id("main"), p)
		if err != nil || again.Commit != m.Commit {
			t.Errorf("%s is another commit the second time: %+v, %v", method, again, err)
		}
		trees[m.Tree] = true
		if n := len(strings.Fields(id(m.Commit + "^@"))); n != parents {
			t.Errorf("%s: %d parents", method, n)
		}
		out, _ := exec.Command("git", "-C", w.Common, "log", "-1", "--format=%ae %ce", m.Commit).CombinedOutput()
		want := "ann@example.org queue@prentice.invalid"
		if method == queue.Merge {
			want = "queue@prentice.invalid queue@prentice.invalid"
		}
		if strings.TrimSpace(string(out)) != want {
			t.Errorf("%s is by %s", method, out)
		}
		if paths, err := w.Paths(t.Context(), id("main"), m.Commit); err != nil || !slices.Equal(paths, []string{"a", "c"}) {
			t.Errorf("%s touches %q, %v", method, paths, err)
		}
	}
	if len(trees) != 1 {
		t.Errorf("the methods come to %d trees", len(trees))
	}
	p.Method = queue.Rebase
	if m, err := w.Onto(t.Context(), id("start"), p); err != nil || m.Commit != id("work") {
		t.Errorf("commits that stand there already were made anew: %+v, %v", m, err)
	}
	if out, err := exec.Command("git", "-C", w.Common, "fsck", "--strict").CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}

func TestWhatConflictsIsNoCommit(t *testing.T) {
	w, id := branches(t, map[string][]string{"main": {"a=1\n2\n3\n4\n5\n6\n7\n8\nnine\n"}, "work": {"a=1\n2\n3\n4\n5\n6\n7\n8\nNINE\n"}})
	for _, method := range []queue.Method{queue.Merge, queue.Squash, queue.Rebase} {
		m, err := w.Onto(t.Context(), id("main"), queue.Proposed{Base: id("start"), Head: id("work"), Method: method, At: time.Unix(1, 0)})
		if err != nil || m.Commit != "" || !slices.Equal(m.Conflicts, []string{"a"}) {
			t.Errorf("%s: %+v, %v", method, m, err)
		}
	}
}

// What a patch set stands on may never have been looked at: its change was amended
// afterwards and landed as something else. It comes along with no method, also not to a
// file that the patch set touches itself.
func TestOnlyWhatAPatchSetChangesComesAndNothingThatItStandsOn(t *testing.T) {
	below, above := "1\n2\n3\n4\n5\n6\n7\n8\nevil\n", "one\n2\n3\n4\n5\n6\n7\n8\nevil\n"
	w, id := branches(t, map[string][]string{"main": {"b=other\n"}, "work": {"a=" + below, "a=" + above}})
	for _, method := range []queue.Method{queue.Merge, queue.Squash, queue.Rebase} {
		m, err := w.Onto(t.Context(), id("main"), queue.Proposed{Base: id("work^"), Head: id("work"), Method: method, Message: "m\n", At: time.Unix(1, 0)})
		if err != nil || m.Commit == "" {
			t.Fatalf("%s: %+v, %v", method, m, err)
		}
		out, err := exec.Command("git", "-C", w.Common, "cat-file", "blob", m.Commit+":a").CombinedOutput()
		if want := "one\n2\n3\n4\n5\n6\n7\n8\n9\n"; err != nil || string(out) != want {
			t.Errorf("%s brings %q, %v", method, out, err)
		}
	}
}

func TestARefMovesFromWhatItWasAndNoOther(t *testing.T) {
	w, id := branches(t, map[string][]string{"main": {"a=x"}, "work": {"b=x"}, "other": {"c=x"}})
	main, work, other := id("main"), id("work"), id("other")
	if err := w.Move(t.Context(), "refs/heads/main", work, other); prentice.KindOf(err) != prentice.Conflict || id("main") != main {
		t.Errorf("from elsewhere: %v", err)
	}
	if err := w.Move(t.Context(), "refs/heads/main", main, work); err != nil || id("main") != work {
		t.Errorf("from where it was: %v", err)
	}
	if err := w.Move(t.Context(), "refs/heads/main", main, work); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if err := w.Move(t.Context(), "refs/queue/1", "", work); err != nil || id("refs/queue/1") != work {
		t.Errorf("a new one: %v", err)
	}
	if err := w.Move(t.Context(), "refs/queue/1", "", other); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("one that is there is made: %v", err)
	}
	git(t, w.Common, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
	if _, err := w.Ref(t.Context(), "refs/heads/alias"); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("one that names another: %v", err)
	}
	for _, name := range []string{"main", "HEAD", "refs/heads/../heads/main", "--stdin", "refs/heads/a b", "refs/heads/x.lock", "refs/heads/x\n"} {
		if err := w.Move(t.Context(), name, main, work); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := w.Drop(t.Context(), "refs/queue/1", work); err != nil {
		t.Errorf("taken away: %v", err)
	}
	if err := w.Drop(t.Context(), "refs/queue/1", work); err != nil {
		t.Errorf("taken away twice: %v", err)
	}
}

func TestAPatchThatOnlyMovedHasTheIDThatItHad(t *testing.T) {
	w, id := branches(t, map[string][]string{"main": {"b=other\n"}, "work": {"a=one\n2\n3\n4\n5\n6\n7\n8\n9\n"}, "like": {"a=one \n2\n3\n4\n5\n6\n7\n8\n9\n"}})
	m, err := w.Onto(t.Context(), id("main"), queue.Proposed{Base: id("start"), Head: id("work"), Method: queue.Rebase, At: time.Unix(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	was, err := w.PatchID(t.Context(), id("start"), id("work"))
	is, err2 := w.PatchID(t.Context(), id("main"), m.Commit)
	if err != nil || err2 != nil || was != is || was == "" {
		t.Errorf("%q, %q, %v, %v", was, is, err, err2)
	}
	if like, _ := w.PatchID(t.Context(), id("start"), id("like")); like == was {
		t.Error("white space makes no difference")
	}
}
