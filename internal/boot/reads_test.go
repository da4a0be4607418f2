package boot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice/internal/face/cli"
	"prentice/internal/op"
)

// typed is what came of a command line.
type typed struct {
	code int
	text string // both outputs
}

// typeIn types the example of an operation.
func typeIn(t *testing.T, o op.Op) typed {
	t.Helper()
	words := wordsOf(strings.TrimSpace(o.Example))
	root := (&commands{}).root()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	code := cli.Main(t.Context(), root, words[1:])
	return typed{code, out.String()}
}

// treeOf is every file and folder below one, with its content and when it was
// changed.
func treeOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		about, err := d.Info()
		if err != nil {
			return err
		}
		mark := about.Mode().String() + " " + about.ModTime().Format(time.RFC3339Nano)
		if about.Mode().IsRegular() {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(raw)
			mark += " " + hex.EncodeToString(sum[:])
		}
		tree[path] = mark
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func sameTree(t *testing.T, what string, was, is map[string]string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(is)) {
		switch {
		case was[path] == "":
			t.Errorf("%s made %s", what, path)
		case was[path] != is[path]:
			t.Errorf("%s changed %s", what, path)
		}
	}
	for path := range was {
		if is[path] == "" {
			t.Errorf("%s removed %s", what, path)
		}
	}
}

func writeTeam(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{"catalog-info.yaml": accessCatalog, "procedures/ring-bell.md": accessProcedure, "policy.yaml": "rules: []\n", "calendar.yaml": "", "notices.yaml": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// scaffoldOp writes into the folder of the one who types it.
const scaffoldOp = "prototype.scaffold"

func TestACommandMakesNoInstallation(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, o := range (&commands{}).ops() {
		if o.Name == scaffoldOp {
			continue // what it writes is what was asked for
		}
		was := treeOf(t, ".")
		got := typeIn(t, o)
		sameTree(t, o.Example, was, treeOf(t, "."))
		if !o.Offline && got.code != 8 && got.code != 3 && got.code != 2 { // 2 and 3: a file that the example names
			t.Errorf("%s ended with %d: %s", o.Example, got.code, got.text)
		}
		if got.code == 8 && !strings.Contains(got.text, "no prentice here") {
			t.Errorf("%s: %s", o.Example, got.text)
		}
	}
}

func TestTheFilesOfATeamAreReadBeforeTheFirstStartAndNothingIsWritten(t *testing.T) {
	t.Chdir(t.TempDir())
	writeTeam(t, "prentice-data/team")
	answered := 0
	for _, o := range (&commands{}).ops() {
		if o.Name == scaffoldOp || o.Name == brakeOp {
			continue // what they write is what was asked for, however damaged a data folder is
		}
		was := treeOf(t, ".")
		got := typeIn(t, o)
		sameTree(t, o.Example, was, treeOf(t, "."))
		switch {
		case o.Files && got.code == 8:
			t.Errorf("%s: the files of the team would answer: %s", o.Example, got.text)
		case o.Files:
			answered++
		case !o.Offline && got.code == 0:
			t.Errorf("%s answers as if the team had nothing: %s", o.Example, got.text)
		}
	}
	if answered < 8 {
		t.Errorf("only %d operations were asked of the files alone", answered)
	}
}

func TestReadingNeverWrites(t *testing.T) {
	t.Chdir(t.TempDir())
	writeTeam(t, "prentice-data/team")
	var begin op.Op
	for _, o := range (&commands{}).ops() {
		if o.Name == "event.send" {
			begin = o
		}
	}
	set, err := Settings{Owner: "olga"}.Filled()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), set, newLog(&bytes.Buffer{}, false), Answers)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Identity.EnsureOwner(t.Context(), "olga"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := typeIn(t, begin); got.code != 0 {
		t.Fatal(got.text)
	}
	// A file that was edited since waits for its adoption, and goes on waiting.
	if err := os.WriteFile("prentice-data/team/policy.yaml", []byte("rules: []\n# edited\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, o := range (&commands{}).ops() {
		if !o.Reads() {
			continue
		}
		asked++
		was := treeOf(t, ".")
		got := typeIn(t, o)
		sameTree(t, o.Example, was, treeOf(t, "."))
		if strings.Contains(got.text, "cannot be written") || strings.Contains(got.text, "read-only") || got.code == 1 {
			t.Errorf("%s ended with %d: %s", o.Example, got.code, got.text)
		}
	}
	if asked < 50 {
		t.Errorf("only %d operations read", asked)
	}
}
