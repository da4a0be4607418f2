package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelpBeginsWithAnExample(t *testing.T) {
	r := prenticeRun(t, "run", "start", "--help")
	want := `  prentice run start restart-service --inputs service=checkout

Start a run.

It waits for leave.

Usage
  prentice run start PROCEDURE [WORDS...] [flags]

Words
  PROCEDURE  Which procedure
  WORDS      More words

Flags
      --inputs name=value   What the run is given; may be repeated
      --reason string       Why (default "by hand")
      --max-hosts number    At most so many
      --wait duration       How long
      --most number         How many
      --sort string         In which order (new, old)
`
	if r.code != 0 || !strings.HasPrefix(r.out, want) || strings.Contains(r.out, "--procedure") {
		t.Errorf("%d\n%s", r.code, r.out)
	}
	for line := range strings.Lines(r.out) {
		if strings.TrimRight(line, " \n") != strings.TrimSuffix(line, "\n") {
			t.Errorf("white space at the end of %q", line)
		}
	}
}

func TestANounShowsItsVerbs(t *testing.T) {
	for _, args := range [][]string{{"run"}, {"run", "--help"}, {"help", "run"}} {
		if r := prenticeRun(t, args...); r.code != 0 || !strings.Contains(r.out, "Runs, from plan to verified") || !strings.Contains(r.out, "\n  list   List runs\n") {
			t.Errorf("%v: %d\n%s", args, r.code, r.out)
		}
	}
}

func TestTheRootListsNounsAndChapters(t *testing.T) {
	r := prenticeRun(t)
	for _, want := range []string{"  prentice demo\n", "\n  run  ", "Runs, from plan to verified\n", "procedure", "  up  ", "Chapters\n  exit-codes  What the exit codes mean\n", "--data DIR"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
}

func TestTheExitCodesAreAChapter(t *testing.T) {
	for _, args := range [][]string{{"help", "exit-codes"}, {"exit-codes"}} {
		if r := prenticeRun(t, args...); r.code != 0 || !strings.Contains(r.out, "    5  refused by policy, a limit or a law") || !strings.Contains(r.out, "  130  interrupted") {
			t.Errorf("%v: %d\n%s", args, r.code, r.out)
		}
	}
}

func TestVersionSaysWhatWasBuilt(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if r := prenticeRun(t, args...); !strings.HasPrefix(r.out, "prentice 1.2.3, commit abc, go1.") {
			t.Errorf("%v: %q %q", args, r.out, r.err)
		}
	}
	if r := prenticeRun(t, "version", "-o", "json"); !strings.Contains(r.out, `"version": "1.2.3"`) {
		t.Errorf("%q", r.out)
	}
}

func TestEveryCommandHasAManualPage(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "man")
	if r := prenticeRun(t, "man", folder); r.code != 0 {
		t.Fatal(r.err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "prentice-run-start.1"))
	if err != nil || !strings.Contains(string(page), `restart\-service`) {
		t.Errorf("%v\n%s", err, page)
	}
}

func TestTheShellCompletes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"ru"}, "run\tRuns, from plan to verified\n"},
		{[]string{"run", "sta"}, "start\tStart a run\n"},
		{[]string{"run", "start", "x", "--sort", ""}, "new\nold\n:4\n"},
		{[]string{"run", "start", "x", "--rea"}, "--reason\tWhy\n"},
		{[]string{"run", "list", "-o", "j"}, "json\n"},
		{[]string{"procedure", "lint", ""}, ":0\n"},
		{[]string{"run", "list", ""}, ":4\n"},
		{[]string{"help", "run", ""}, "list\tList runs\nstart\tStart a run\n"},
	} {
		r := prenticeRun(t, append([]string{"__complete"}, c.args...)...)
		if !strings.Contains(r.out, c.want) {
			t.Errorf("%v: %q", c.args, r.out)
		}
	}
	if r := prenticeRun(t, "completion", "bash"); r.code != 0 || !strings.Contains(r.out, "bash completion") {
		t.Errorf("%d %s", r.code, r.err)
	}
}
