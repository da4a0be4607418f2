package git_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/check"
	"prentice/internal/engine/push"
)

// brought is what lies beside the branches of a repository, as what was pushed does.
func (m made) brought() git.Brought {
	m.git("checkout", "-q", "main")
	dir := filepath.Join(m.dir, ".git")
	b := git.Quarantined(dir, filepath.Join(dir, "objects"))
	m.Cleanup(func() { b.Close() }) //nolint:errcheck // it was only read
	return b
}

// lost are the heads of branches that are taken away.
func (m made) lost(branches ...string) (heads []string) {
	m.git("checkout", "-q", "main")
	for _, name := range branches {
		heads = append(heads, m.git("rev-parse", name))
		m.git("branch", "-q", "-D", name)
	}
	return heads
}

func everything(string, string) bool { return true }

func TestWhatAPushBringsIsListedOnce(t *testing.T) {
	m := newMade(t)
	m.commit("base", map[string]string{"a": "1\n", "dir/b": "1\n", "gone": "1\n"})
	m.git("checkout", "-q", "-b", "work")
	odd := []string{"tab\there", "a\"quote", "back\\slash", "line\nbreak", "\xff\"bytes", "ünïcode"}
	files := map[string]string{"big": strings.Repeat("x", 5000), "a": "2\n"}
	for _, name := range odd {
		files[name] = "odd\n"
	}
	first := m.commit("first", files)
	m.git("mv", "dir/b", "dir/c")
	m.git("rm", "-q", "gone")
	second := m.commit("second", nil)
	m.git("checkout", "-q", "-b", "other", "main")
	third := m.commit("third", map[string]string{"side": "1\n"})
	m.git("checkout", "-q", "work")
	m.git("merge", "-q", "-m", "merge", "other")
	merge := m.git("rev-parse", "HEAD")
	head := m.lost("work", "other")[:1]
	b := m.brought()

	n, err := b.News(t.Context(), head, 10, 4000)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(n.Commits)
	slices.Sort(all)
	if want := []string{first, second, third, merge}; n.Commits[0] != merge || !slices.Equal(all, slices.Sorted(slices.Values(want))) || !slices.Equal(n.Merges, []string{merge}) {
		t.Errorf("%+v", n)
	}
	if len(n.Large) != 1 || n.Large[0].Path != "big" || n.Large[0].Size != 5000 {
		t.Errorf("large are %+v", n.Large)
	}
	if _, err := b.News(t.Context(), head, 3, 4000); prentice.KindOf(err) != prentice.Limited {
		t.Errorf("of four commits three may come: %v", err)
	}

	var texts []string
	changed, err := b.Look(t.Context(), n, everything, func(a check.Added) {
		if a.Path == "a" {
			texts = append(texts, string(a.Parts[0].Text))
		}
	})
	if err != nil || !slices.Equal(texts, []string{"2\n"}) {
		t.Errorf("%q, %v", texts, err)
	}
	got := map[string]string{}
	for _, c := range changed {
		if c.Commit != merge {
			got[c.Path] = fmt.Sprintf("%s %v", c.Mode, c.New)
		}
	}
	want := map[string]string{"a": "100644 false", "big": "100644 true", "dir/c": "100644 true", "gone": "000000 false", "side": "100644 true"}
	for _, name := range odd {
		want[name] = "100644 true"
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("changed are %q,\nand not   %q", got, want)
	}
	if !slices.ContainsFunc(changed, func(c push.Change) bool { return c.Commit == merge && c.Path == "side" && c.New }) {
		t.Error("what a merge brings to one side is not told")
	}
}

func TestPathsThatDifferByCaseAreFoundInTheirFolders(t *testing.T) {
	m := newMade(t)
	m.commit("base", map[string]string{"README": "1\n", "src/Main.go": "1\n", "docs/a/b": "1\n"})
	m.git("checkout", "-q", "-b", "work")
	m.commit("work", map[string]string{"Readme": "2\n", "SRC/main.go": "2\n", "src/other.go": "2\n", "docs/A": "2\n", "plain": "2\n"})
	m.git("tag", "-a", "-m", "of a file", "v1", "HEAD:plain")
	head := m.lost("work")[0]
	b := m.brought()
	got, err := b.Alike(t.Context(), head, []string{"Readme", "SRC/main.go", "src/other.go", "docs/A", "plain", "gone", "gone/README"})
	if want := [][2]string{{"README", "Readme"}, {"src/Main.go", "SRC/main.go"}, {"docs/a", "docs/A"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := b.Alike(t.Context(), m.git("rev-parse", "v1"), []string{"Readme"}); err != nil || got != nil {
		t.Errorf("in a tag of a file: %q, %v", got, err)
	}
	if _, err := b.Alike(t.Context(), strings.Repeat("1", 40), []string{"Readme"}); err == nil {
		t.Error("what is not there cannot be looked at, and no one says so")
	}
}
