package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/kit/needtest"
)

// repository is a folder in git, of which each text of a file is a commit.
func repository(t *testing.T, texts ...string) Repo {
	t.Helper()
	needtest.Program(t, "git")
	dir := filepath.Join(t.TempDir(), "a folder", "team")
	if err := os.MkdirAll(filepath.Join(dir, "procedures"), 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, filepath.Dir(dir), "init", "-q", "-b", "main")
	for i, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, "procedures", "bell.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, dir, "add", ".")
		git(t, dir, "commit", "-q", "-m", "text "+string(rune('a'+i))+" \x1b[31mred\x1b[0m")
	}
	return Repo{Dir: dir}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ann \x1b]0;x\x07", "-c", "user.email=ann@example.org"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func TestCommitsOfAFileAreReadNewestFirst(t *testing.T) {
	r := repository(t, "one\n", "two\n")
	got, err := r.Commits(t.Context(), []string{"procedures/bell.md"}, 10)
	if err != nil || len(got) != 2 || !strings.HasPrefix(got[0].Subject, "text b") || got[0].Time.IsZero() {
		t.Fatalf("got %+v, %v", got, err)
	}
	if said := got[0].Subject + got[0].Author; strings.ContainsAny(said, "\x1b\x07") {
		t.Errorf("what a commit says steers the terminal: %q", said)
	}
}

func TestTextsAreThoseOfTheirCommits(t *testing.T) {
	r := repository(t, "one\n", "two\nlines\n")
	first, err := r.Commit(t.Context(), "HEAD~1")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := r.Texts(t.Context(), []procedure.FileAt{{Commit: first, File: "procedures/bell.md"}, {Commit: first, File: "procedures/none.md"}, {Commit: first, File: "procedures"}, {Commit: "HEAD", File: "procedures/bell.md"}})
	if err != nil || string(texts[0]) != "one\n" || texts[1] != nil || texts[2] != nil || string(texts[3]) != "two\nlines\n" {
		t.Errorf("got %q, %v", texts, err)
	}
}

func TestANameOfACommitIsNeverAnOption(t *testing.T) {
	r := repository(t, "one\n")
	for _, name := range []string{"--output=/tmp/x", "-n1", "HEAD..main", "HEAD:procedures/bell.md", "nowhere", "", "HEAD\nHEAD", "@{-1}", strings.Repeat("a", 200)} {
		if _, err := r.Commit(t.Context(), name); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNothingOfTheRepositoryIsRun(t *testing.T) {
	r := repository(t, "one\n", "two\n")
	ran := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(t.TempDir(), "run.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch '"+ran+"'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"core.fsmonitor": script, "core.pager": script, "pager.log": script, "core.hooksPath": filepath.Dir(script), "log.showSignature": "true", "gpg.program": script, "diff.external": script, "alias.log": "!" + script, "diff.x.textconv": script} {
		git(t, r.Dir, "config", key, value)
	}
	if err := os.WriteFile(filepath.Join(r.Dir, ".gitattributes"), []byte("*.md diff=x filter=x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Commits(t.Context(), []string{"procedures/bell.md"}, 10); err != nil {
		t.Error(err)
	}
	if _, err := r.Texts(t.Context(), []procedure.FileAt{{Commit: "HEAD", File: "procedures/bell.md"}}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository's settings was run")
	}
}

func TestWithoutGitItIsSaidWhyThereIsNoHistory(t *testing.T) {
	needtest.Program(t, "git")
	for name, c := range map[string]struct {
		dir  string
		want string
	}{
		"no repository": {t.TempDir(), "not in git"},
		"no folder":     {filepath.Join(t.TempDir(), "none"), "there is no team folder"},
		"no commit":     {repository(t).Dir, "no commit yet"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Repo{Dir: c.dir}.Commits(context.Background(), []string{"a.md"}, 1)
			if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(err.Error(), c.want) || prentice.HintOf(err) == "" {
				t.Errorf("got %v", err)
			}
		})
	}
}
