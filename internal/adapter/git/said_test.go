package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
)

// told is what is said in messages and names, a line each, in no order of its own.
func told(t *testing.T, w *Work, which string) (list []string) {
	t.Helper()
	p, err := w.Past(t.Context(), which)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Each(t.Context(), func(string, string) bool { return true }, func(a check.Added) {
		if a.In == "" {
			return
		}
		list = append(list, fmt.Sprintf("%s %q %v", a.In, a.Parts[0].Text, a.Cut))
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func TestWhatIsSaidOfCommitsAndTagsIsTold(t *testing.T) {
	dir := fresh(t, nil)
	w := open(t, dir)
	git(t, dir, "branch", "old")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "second\n\nmore")
	git(t, dir, "tag", "-a", "-m", "a tag", "v1")
	git(t, dir, "tag", "-a", "-m", "a tag of a tag", "v2", "v1")
	git(t, dir, "tag", "light")
	whole := []string{`message "first\n" false`, `message "second\n\nmore\n" false`, `name "light" false`, `name "main" false`, `name "old" false`, `name "v1" false`, `name "v2" false`,
		`tag message "a tag of a tag\n" false`, `tag message "a tag\n" false`, `tag message "a tag\n" false`}
	if got := told(t, w, ""); !slices.Equal(got, whole) {
		t.Errorf("all that is said: %q", got)
	}
	part := slices.DeleteFunc(slices.Clone(whole), func(s string) bool { return s == `message "first\n" false` || s == `name "old" false` })
	if got := told(t, w, "old..main"); !slices.Equal(got, part) {
		t.Errorf("what is said of a range: %q", got)
	}
}

func TestAVerdictOnAHistoryIsOfItsNamesToo(t *testing.T) {
	dir := fresh(t, nil)
	w := open(t, dir)
	before, err := w.Past(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	git(t, dir, "branch", "other")
	after, err := w.Past(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if before.Digest == after.Digest {
		t.Error("a new branch changes nothing that was looked at")
	}
}

func TestAMessageThatIsTooLongIsToldAsCut(t *testing.T) {
	dir := fresh(t, nil)
	w := open(t, dir)
	long := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(long, slices.Repeat([]byte("word "), longestSaid/4), 0o600); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "commit", "-q", "--allow-empty", "-F", long)
	if got := told(t, w, ""); len(got) != 3 || got[0] != `message "" true` {
		t.Errorf("told: %.200q", got)
	}
}

func TestAMessageThatIsNotHereIsNoPass(t *testing.T) {
	dir := fresh(t, nil)
	w := open(t, dir)
	p, err := w.Past(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := p.Each(ctx, func(string, string) bool { return true }, func(check.Added) {}); err == nil {
		t.Error("what was not read for want of time is taken for nothing")
	}
	objects := filepath.Join(dir, ".git", "objects")
	if err := os.Rename(objects, objects+".gone"); err != nil {
		t.Fatal(err)
	}
	if err := p.Each(t.Context(), func(string, string) bool { return true }, func(check.Added) {}); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("a history without its objects: %v", err)
	}
}
