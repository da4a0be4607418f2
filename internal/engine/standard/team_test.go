package standard_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/filestest"
)

func TestTheStandardsOfATeamHoldForEachOfItsRepositories(t *testing.T) {
	dir := t.TempDir()
	if list, err := standard.InFolder(filepath.Join(dir, "gone")); err != nil || list != nil {
		t.Errorf("a folder that is not there: %v %v", list, err)
	}
	filestest.Lay(t, dir, map[string]string{"standards/names.md": whole, "standards/broken.md": "---\nstandard: x\n---\n", "standards/notes.txt": "no standard"})
	j := &standard.Judge{Team: func() ([]standard.File, error) { return standard.InFolder(dir) }}
	rules, err := j.Rules(t.Context(), nil)
	if err != nil || len(rules) != 2 || rules[0].ID != "unread/broken" || rules[1].ID != "names/lower" || rules[1].Source != "team/standards/names.md:13" {
		t.Fatalf("%+v %v", rules, err)
	}
	twice := &standard.Judge{Team: j.Team, BuiltIn: func() []standard.Standard {
		s, _ := standard.Read("names.md", standard.BuiltIn, []byte(whole), nil)
		return []standard.Standard{s}
	}}
	if _, err := twice.Rules(t.Context(), nil); prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), "names/lower") {
		t.Errorf("two rules of one name: %v", err)
	}
}

func TestNoLinkLeadsOutOfTheTeamFolder(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	filestest.Lay(t, out, map[string]string{"names.md": whole})
	if err := os.Mkdir(filepath.Join(dir, "standards"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(out, "names.md"), filepath.Join(dir, "standards", "names.md")); err != nil {
		t.Fatal(err)
	}
	if list, err := standard.InFolder(dir); prentice.KindOf(err) != prentice.Unavailable || list != nil {
		t.Errorf("%v %v", list, err)
	}
}
