package shell_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/adapter/shell"
	"prentice/internal/kit/needtest"
)

// inBash is a step of the kind bash.
func inBash(w prentice.Work) prentice.Work {
	w.Step.Kind = "bash"
	return w
}

func TestAScriptOfBashIsRunByBash(t *testing.T) {
	needtest.Program(t, "bash")
	for _, c := range []struct {
		name, body string
		code       int
		log        string
	}{
		{"with its arrays", "a=(one two)\necho ${a[1]} $LANG", 0, "two C\n"},
		{"a pipe fails with any of its commands", "sh -c 'exit 7' | cat\necho never", 7, ""},
		{"a command that is not there fails a pipe", "no-such-command 2>/dev/null | cat", 127, ""},
		{"set +e lets it go on", "set +e\nfalse\necho on", 0, "on\n"},
		{"a name no one set ends it", "echo $NOBODY_SET_IT 2>/dev/null\necho never", 1, ""},
	} {
		both(t, c.name, func(t *testing.T, k *shell.Kind) {
			for _, step := range []prentice.Work{work(c.body, nil), change(c.body, nil)} {
				var log bytes.Buffer
				step.Log = &log
				out, err := (shell.Bash{Kind: k}).Apply(t.Context(), inBash(step))
				said := log.String()
				if strings.Contains(said, "NOBODY_SET_IT") {
					said = ""
				}
				if err != nil || out.Code != c.code || said != c.log {
					t.Errorf("risk %s: %+v %q %v", step.Step.Risk, out, log.String(), err)
				}
			}
		})
	}
}

func TestWithoutBashAStepIsNotBegun(t *testing.T) {
	both(t, "no bash", func(t *testing.T, k *shell.Kind) {
		k.Env = []string{"PATH=" + t.TempDir()}
		if k.Home != "" {
			k.Env = []string{"PATH=" + only(t, "setsid", "mkdir", "rm", "cat", "find", "ls", "dd", "sleep", "rmdir", "chmod")}
		}
		for _, w := range []prentice.Work{inBash(work("true", &bytes.Buffer{})), inBash(change("true", &bytes.Buffer{}))} {
			_, err := (shell.Bash{Kind: k}).Apply(t.Context(), w)
			if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "there is no bash on this machine") {
				t.Errorf("risk %s: %v", w.Step.Risk, err)
			}
		}
	})
}

func TestAStepOfBashIsAskedAboutInEitherShell(t *testing.T) {
	k := shell.Bash{Kind: kind(t)}
	for _, c := range []struct {
		kind, body string
		want       prentice.Answer
	}{{"sh", "true", prentice.Yes}, {"bash", "[[ a == a ]]", prentice.Yes}, {"bash", "[[ a == b ]]", prentice.No}, {"sh", "exit 141", prentice.Unknown}} {
		w := inBash(work("true", &bytes.Buffer{}))
		w.Step.Done = &prentice.PlannedStep{Kind: c.kind, Body: c.body}
		if got, _ := k.Done(t.Context(), w); got != c.want {
			t.Errorf("%s %q: %s", c.kind, c.body, got)
		}
	}
}

func TestABrokenPipeIsNotTheFailureThatIsLookedFor(t *testing.T) {
	k := shell.Bash{Kind: kind(t)}
	for _, c := range []struct {
		expect  string
		refused bool
	}{{"fail", true}, {"ok", false}} {
		w := inBash(work("yes | head -1", &bytes.Buffer{}))
		w.Step.Section, w.Step.Risk, w.Step.Expect = prentice.Check, prentice.Look, c.expect
		out, err := k.Apply(t.Context(), w)
		if out.OK || (err != nil) != c.refused || !strings.Contains(out.Says, "stopped reading") {
			t.Errorf("expect=%s: %+v %v", c.expect, out, err)
		}
	}
}

// only is a folder with some of this machine's programs.
func only(t *testing.T, programs ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range programs {
		file, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("SKIPPED: no %s on this machine", name)
		}
		if err := os.Symlink(file, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestFoldersOfProgramsComeBeforeThoseOfThisMachine(t *testing.T) {
	both(t, "path", func(t *testing.T, k *shell.Kind) {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "tool"), []byte("#!/bin/sh\necho ours\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, w := range []prentice.Work{work("tool; ls / >/dev/null", nil), change("tool; ls / >/dev/null", nil)} {
			var log bytes.Buffer
			w.Log, w.Step.Path = &log, []string{folder}
			out, err := k.Apply(t.Context(), w)
			if err != nil || !out.OK || log.String() != "ours\n" {
				t.Errorf("risk %s: %+v %q %v", w.Step.Risk, out, log.String(), err)
			}
		}
	})
}
