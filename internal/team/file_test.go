package team_test

import (
	"os"
	"path/filepath"
	"testing"

	"prentice"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// names is a file with one list.
var names = team.File[[]string]{Name: "names.yaml", Load: func(file string, text []byte) ([]string, []prentice.Finding) {
	var r strict.Reader
	var list []string
	if top := r.Document(text); top != nil {
		list = r.Words(r.Mapping(top, "names file", "names")["names"], "names")
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return list, nil
}}

func TestAFileIsReadWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	if said, err := names.Read(dir); err != nil || said != nil {
		t.Errorf("a file that is not there says %v, %v", said, err)
	}
	for text, want := range map[string]string{"": "", "names: [a, b]\n": "", "names: [a]\nmore: 1\n": `names.yaml:2:1: a names file has no key "more"`} {
		if err := os.WriteFile(filepath.Join(dir, names.Name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := names.Read(dir)
		if want == "" && err != nil || want != "" && (prentice.KindOf(err) != prentice.Invalid || said != nil || len(names.Check("other.yaml", []byte(text))) != 1) {
			t.Errorf("%q: %v, %v", text, said, err)
		}
	}
}

func TestAFileThatCannotBeReadIsUnavailable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, names.Name), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := names.Read(dir); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("got %v", err)
	}
}
