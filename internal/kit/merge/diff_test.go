package merge

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/kit/needtest"
)

func TestADiffMakesTheOneOfTheOther(t *testing.T) {
	long := strings.Repeat("same\n", 20)
	for name, pair := range map[string][2]string{
		"a line changed":      {"a\nb\nc\n", "a\nB\nc\n"},
		"far apart":           {"x\n" + long + "y\n", "X\n" + long + "Y\n"},
		"near":                {"x\n1\n2\ny\n", "X\n1\n2\nY\n"},
		"put in at the end":   {"a\n", "a\nb\n"},
		"put in at the start": {"b\n", "a\nb\n"},
		"all of it":           {"a\nb\n", "c\n"},
		"no end of the line":  {"a\nb", "a\nb\n"},
		"taken out":           {long + "a\nb\n", long + "b\n"},
		"of nothing":          {"", "a\nb\n"},
	} {
		t.Run(name, func(t *testing.T) {
			needtest.Program(t, "patch")
			dir := t.TempDir()
			file := filepath.Join(dir, "file")
			diff := "--- a/file\n+++ b/file\n" + Diff(pair[0], pair[1])
			if err := os.WriteFile(file, []byte(pair[0]), 0o644); err != nil {
				t.Fatal(err)
			}
			patched(t, dir, diff)
			if got, err := os.ReadFile(file); err != nil || string(got) != pair[1] {
				t.Errorf("patch makes %q of it, %v:\n%s", got, err, diff)
			}
		})
	}
	if Diff("a\n", "a\n") != "" {
		t.Error("the same has a difference")
	}
}

func patched(t *testing.T, dir, diff string) {
	t.Helper()
	cmd := exec.Command("patch", "-p1", "--silent")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, diff)
	}
}
