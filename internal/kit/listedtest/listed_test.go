package listedtest_test

import (
	"os"
	"path/filepath"
	"testing"

	"prentice/internal/kit/listedtest"
)

// told is a test that only notes whether it failed.
type told struct {
	testing.TB
	failed bool
}

func (t *told) Helper()               {}
func (t *told) Name() string          { return "it" }
func (t *told) Errorf(string, ...any) { t.failed = true }

func TestAPageThatListsSomethingElseIsSeen(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("# Page\n\n## One\n\nProse.\n\n- a\n- b\n\n## Two\n\n- c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		heading string
		names   []string
		fails   bool
	}{
		{"One", []string{"a", "b"}, false},
		{"Two", []string{"c"}, false},
		{"One", []string{"a"}, true},
		{"One", []string{"a", "b", "c"}, true},
		{"One", []string{"b", "a"}, true},
		{"Two", nil, true},
	} {
		it := &told{TB: t}
		if listedtest.Section(it, page, c.heading, c.names); it.failed != c.fails {
			t.Errorf("%s %v: failed: %v", c.heading, c.names, it.failed)
		}
	}
	if n := listedtest.Count(t, page); n != 3 {
		t.Error(n)
	}
}
