package git

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
)

// brought is what commits brought, a line for each run of lines, oldest first.
func brought(t *testing.T, w *Work, which string) (list []string) {
	t.Helper()
	p, err := w.Past(t.Context(), which)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all []check.Added
	err = p.Each(t.Context(), func(string, string) bool { return true }, func(a check.Added) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b check.Added) int {
		if a.Nth != b.Nth {
			return b.Nth - a.Nth
		}
		return strings.Compare(a.Path, b.Path)
	})
	for _, a := range all {
		if a.In != "" {
			continue
		}
		for _, part := range a.Parts {
			list = append(list, fmt.Sprintf("%q:%d %q %v", a.Path, part.Line, part.Text, a.Whole))
		}
	}
	return list
}

func plant(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func committed(t *testing.T, dir string) {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "one")
}

func TestWhatCommitsBroughtIsWhatTheyAdded(t *testing.T) {
	dir := repository(t, "one\n").Dir
	top := filepath.Dir(dir)
	plant(t, top, "a.txt", "1\n2\n3\n")
	committed(t, top)
	plant(t, top, "a.txt", "1\nnew\n2\n3\n--- gone\n+++ b/there")
	plant(t, top, "odd \"ä\n.txt", "odd\n")
	plant(t, top, "long.txt", strings.Repeat("x", 600<<10)+"END")
	committed(t, top)
	git(t, top, "mv", "a.txt", "b.txt")
	committed(t, top)
	git(t, top, "rm", "-q", "long.txt")
	committed(t, top)
	got := brought(t, open(t, top), "")
	want := []string{
		`"team/procedures/bell.md":1 "one\n" false`,
		`"a.txt":1 "1\n2\n3\n" false`,
		`"a.txt":2 "new\n" false`, `"a.txt":5 "--- gone\n+++ b/there\n" false`,
		"long",
		`"odd \"ä\n.txt":1 "odd\n" false`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %d: %.3000s", len(got), strings.Join(got, "\n"))
	}
	for i := range want {
		if want[i] == "long" {
			if !strings.Contains(got[i], strings.Repeat("x", 600<<10)+"END") {
				t.Errorf("a long line has %d bytes", len(got[i]))
			}
		} else if got[i] != want[i] {
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
	if list := brought(t, open(t, top), "HEAD~4..HEAD~3"); len(list) != 1 || !strings.HasPrefix(list[0], `"a.txt":1`) {
		t.Errorf("a range brought %v", list)
	}
}

// What merges bring of their own is in no parent.
func TestWhatAMergeAddsIsOfTheMerge(t *testing.T) {
	top := filepath.Dir(repository(t, "one\n").Dir)
	plant(t, top, "a.txt", "1\n")
	committed(t, top)
	git(t, top, "checkout", "-q", "-b", "side")
	plant(t, top, "a.txt", "side\n")
	committed(t, top)
	git(t, top, "checkout", "-q", "main")
	plant(t, top, "a.txt", "main\n")
	committed(t, top)
	git(t, top, "merge", "-q", "-s", "ours", "--no-commit", "side")
	plant(t, top, "a.txt", "main\nof the merge\n")
	plant(t, top, "new.txt", "new\n")
	committed(t, top)
	got := strings.Join(brought(t, open(t, top), ""), "\n")
	if strings.Count(got, "of the merge") != 1 || strings.Count(got, `"new.txt":1 "new\n"`) != 1 || strings.Count(got, "main") != 1 {
		t.Errorf("got %s", got)
	}
}

// Attributes and settings of a repository could make git call a file binary, which hides
// its lines, or run a program on it.
func TestNothingInTheRepositoryHidesWhatWasAdded(t *testing.T) {
	top := filepath.Dir(repository(t, "one\n").Dir)
	ran := filepath.Join(t.TempDir(), "ran")
	for key, value := range map[string]string{"diff.external": "touch " + ran, "diff.x.textconv": "touch " + ran, "diff.x.command": "touch " + ran, "log.showRoot": "false", "diff.noprefix": "true",
		"diff.mnemonicPrefix": "true", "color.ui": "always", "diff.x.binary": "true", "core.quotePath": "true", "diff.renames": "false", "core.pager": "touch " + ran} {
		git(t, top, "config", key, value)
	}
	plant(t, top, ".gitattributes", "*.txt -diff\n*.bin binary\n*.x diff=x\n")
	plant(t, top, "a.txt", "text one\n")
	plant(t, top, "b.bin", "text two\n")
	plant(t, top, "c.x", "text three\n")
	plant(t, top, "d.dat", "PK\x03\x04\x00\x00")
	committed(t, top)
	got := strings.Join(brought(t, open(t, top), ""), "\n")
	for _, want := range []string{`"a.txt":1 "text one\n" true`, `"b.bin":1 "text two\n" true`, `"c.x":1 "text three\n"`, `"d.dat":1 "PK\x03\x04\x00\x00" true`, "bell.md"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository's settings was run")
	}
}

func TestARangeIsNeverAnOption(t *testing.T) {
	w := open(t, filepath.Dir(repository(t, "one\n").Dir))
	for _, which := range []string{"--output=x..HEAD", "HEAD..--all", "..", "..HEAD", "none..HEAD", "HEAD...HEAD"} {
		if _, err := w.Past(t.Context(), which); err == nil || prentice.HintOf(err) == "" {
			t.Errorf("%q: %v", which, err)
		}
	}
}
