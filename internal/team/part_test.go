package team_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"prentice/internal/team"
)

func TestAFileIsOneOfManyAndStillSaysWhatItSays(t *testing.T) {
	var heard []string
	p := names.Part(func(said []string) { heard = said })
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, p.Name), []byte("names: [a, b]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := p.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Took(said)
	all := team.Said{p.Name: said}
	if want := []string{"a", "b"}; !slices.Equal(team.Of(all, names), want) || !slices.Equal(heard, want) {
		t.Errorf("it says %v, and %v was heard", team.Of(all, names), heard)
	}
	if team.Of(nil, names) != nil || team.Of(team.Said{p.Name: p.Empty()}, names) != nil {
		t.Error("what was not read, or is empty, says something")
	}
	if p := names.Part(nil); p.Took != nil || len(p.Check("x", []byte("more: 1"))) != 1 {
		t.Error("without anyone who waits for it, it is told; or it is not checked")
	}
}
