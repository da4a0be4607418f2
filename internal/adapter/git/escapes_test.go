package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/listedtest"
)

// planted is something in a repository of a stranger that makes git run a program. SCRIPT
// in a value is the program. usual is what someone would type that runs it; where there is
// none, git of today does not run it, or not for what a person asks.
type planted struct {
	name, usual string
	settings    [][2]string
	files       map[string]string
	refused     bool // the repository is not opened at all
}

const looking = `git status; git diff | cat` // a.x is changed, so that its content is looked at

var plants = []planted{
	{name: "a program that watches files", usual: looking, settings: [][2]string{{"core.fsmonitor", "SCRIPT"}}},
	{name: "a hook", usual: looking, files: map[string]string{".git/hooks/post-index-change": "SCRIPT"}},
	{name: "hooks in another folder", usual: looking, settings: [][2]string{{"core.hooksPath", "in-tree"}}, files: map[string]string{"in-tree/post-index-change": "SCRIPT"}},
	{name: "a filter of contents", usual: looking, settings: [][2]string{{"filter.evil.clean", "SCRIPT"}}},
	{name: "a filter that goes on", usual: looking, settings: [][2]string{{"filter.evil.process", "SCRIPT"}}},
	{name: "a filter whose name holds an equals sign", usual: looking, settings: [][2]string{{"filter.a=b.clean", "SCRIPT"}}, files: map[string]string{".git/info/attributes": "*.x filter=a=b\n"}},
	{name: "a filter in a file that the settings include", usual: looking, settings: [][2]string{{"include.path", "more"}}, files: map[string]string{".git/more": "[filter \"evil\"]\n\tclean = SCRIPT\n"}},
	{name: "a filter for who stands in this folder", usual: looking, settings: [][2]string{{"includeIf.gitdir:**/.path", "more"}}, files: map[string]string{".git/more": "[filter \"evil\"]\n\tclean = SCRIPT\n"}},
	{name: "a filter for what is checked out", usual: `git checkout -- a.x`, settings: [][2]string{{"filter.evil.smudge", "SCRIPT"}}},
	{name: "a program that makes texts of files", usual: looking, settings: [][2]string{{"diff.evil.textconv", "SCRIPT"}}},
	{name: "a program that compares files of a kind", usual: looking, settings: [][2]string{{"diff.evil.command", "SCRIPT"}}},
	{name: "a program that compares all files", usual: looking, settings: [][2]string{{"diff.external", "SCRIPT"}}},
	{name: "a program that merges files", usual: `git merge -q other`, settings: [][2]string{{"merge.evil.driver", "SCRIPT"}}},
	{name: "an alias", usual: `git st`, settings: [][2]string{{"alias.st", "!SCRIPT"}, {"alias.ls-files", "!SCRIPT"}}},
	{name: "a pager", settings: [][2]string{{"core.pager", "SCRIPT"}, {"pager.ls-files", "SCRIPT"}, {"pager.log", "SCRIPT"}}},
	{name: "a program that verifies signatures", usual: `git -c log.showSignature=true log -1 signed`, settings: [][2]string{{"gpg.program", "SCRIPT"}, {"log.showSignature", "true"}}},
	{name: "a program that knows passwords", usual: `printf 'protocol=https\nhost=x\n\n' | git credential fill`, settings: [][2]string{{"credential.helper", "!SCRIPT"}}},
	{name: "a program that connects", usual: `git fetch ssh://127.0.0.1/x`, settings: [][2]string{{"core.sshCommand", "SCRIPT"}}},
	{name: "an object that is fetched by a program as it is read", usual: `git cat-file -p HEAD:gone.x`, settings: [][2]string{{"core.repositoryformatversion", "1"}, {"extensions.partialClone", "origin"}, {"remote.origin.url", "ext::SCRIPT"}, {"remote.origin.promisor", "true"}, {"protocol.ext.allow", "always"}, {"protocol.allow", "always"}}},
	{name: "the settings of a submodule", usual: `git -c protocol.file.allow=always submodule -q add ./inner sub; git -C sub config core.fsmonitor SCRIPT; git status`},
	{name: "a program that lists references of another repository", settings: [][2]string{{"core.alternateRefsCommand", "SCRIPT"}}, refused: true},
	{name: "a program that packs objects", settings: [][2]string{{"uploadpack.packObjectsHook", "SCRIPT"}}, refused: true},
	{name: "a program beside a remote", settings: [][2]string{{"remote.origin.uploadpack", "SCRIPT"}}, refused: true},
	{name: "files that stand elsewhere", settings: [][2]string{{"core.worktree", "/etc"}}, refused: true},
}

// plant makes the repository of a stranger. ran is there when its program was run.
func (p planted) plant(t *testing.T) (dir, ran string) {
	t.Helper()
	dir = fresh(t, map[string]string{"a.x": "one", "gone.x": "gone", ".gitattributes": "*.x filter=evil diff=evil merge=evil\n"})
	ran, script := filepath.Join(t.TempDir(), "ran"), filepath.Join(t.TempDir(), "run.sh")
	text := "#!/bin/sh\ntouch '" + ran + "'\n[ $# != 0 ] || cat\n"
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "-q", filepath.Join(dir, "inner"))
	git(t, filepath.Join(dir, "inner"), "commit", "-q", "--allow-empty", "-m", "inner")
	git(t, dir, "checkout", "-q", "-b", "other")
	write(t, dir, map[string]string{"a.x": "theirs"})
	git(t, dir, "commit", "-qam", "theirs")
	git(t, dir, "checkout", "-q", "main")
	write(t, dir, map[string]string{"a.x": "ours"})
	git(t, dir, "commit", "-qam", "ours")
	signed(t, dir)
	for _, s := range p.settings {
		git(t, dir, "config", s[0], strings.ReplaceAll(s[1], "SCRIPT", script))
	}
	for name, body := range p.files {
		if body == "SCRIPT" {
			body = text
		}
		write(t, dir, map[string]string{name: strings.ReplaceAll(body, "SCRIPT", script)})
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	id, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD:gone.x").Output()
	if err != nil {
		t.Fatal(err)
	}
	if p.usual != "" && strings.Contains(p.usual, "gone.x") { // the object is not there
		if err := os.Remove(filepath.Join(dir, ".git/objects", string(id[:2]), strings.TrimSpace(string(id[2:])))); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(p.usual, "merge") {
		write(t, dir, map[string]string{"a.x": "changed"})
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(ran), "script"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, ran
}

// signed makes a commit with a signature that no one made.
func signed(t *testing.T, dir string) {
	t.Helper()
	raw, err := exec.Command("git", "-C", dir, "cat-file", "commit", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(raw), "\n\n")
	cmd := exec.Command("git", "-C", dir, "hash-object", "-t", "commit", "-w", "--stdin")
	cmd.Stdin = strings.NewReader(head + "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n\n" + body)
	id, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	git(t, dir, "branch", "signed", strings.TrimSpace(string(id)))
}

// TestNothingThatARepositoryBringsIsRun asks all that is asked of a repository. What
// someone would type runs the program, in the same repository.
func TestNothingThatARepositoryBringsIsRun(t *testing.T) {
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			dir, ran := p.plant(t)
			w, err := Open(t.Context(), dir)
			if (prentice.KindOf(err) == prentice.Refused || prentice.KindOf(err) == prentice.Unavailable) != p.refused {
				t.Fatal(err)
			}
			if err == nil {
				defer w.Close() //nolint:errcheck // it was only read
				askAll(t, w)
			}
			if exists(ran) {
				t.Fatal("its program was run")
			}
			if p.usual == "" {
				return
			}
			script, err := os.ReadFile(filepath.Join(filepath.Dir(ran), "script"))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(p.usual, "SCRIPT", string(script)))
			cmd.WaitDelay = time.Second
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.example", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b.example")
			if says, _ := cmd.CombinedOutput(); !exists(ran) {
				t.Errorf("what someone would type does not run it either, so that this proves nothing: %s", says)
			}
		})
	}
}

// askAll asks a repository all there is to ask; what cannot be answered is an error, and
// no program.
func askAll(t *testing.T, w *Work) {
	t.Helper()
	ctx := t.Context()
	n := 0
	for _, ask := range []func() error{
		func() error { tree, err := w.Tree(ctx); return contents(tree, err) },
		func() error { tree, err := w.Staged(ctx); return contents(tree, err) },
		func() error { tree, err := w.At(ctx, "HEAD"); return contents(tree, err) },
		func() error { tree, err := w.At(ctx, "signed"); return contents(tree, err) },
		func() error { _, _, err := w.Base(ctx, "", "HEAD"); return err },
		func() error { _, err := w.Since(ctx, "other", "signed"); return err },
		func() error {
			past, err := w.Past(ctx, "")
			if err != nil {
				return err
			}
			return past.Each(ctx, func(string, string) bool { return true }, nothing)
		},
	} {
		if ask() == nil {
			n++
		}
	}
	if n < 4 { // an object that is gone is no answer to three of them
		t.Errorf("only %d of what was asked is answered", n)
	}
}

func nothing(check.Added) {}

func contents(tree *check.Tree, err error) error {
	if err != nil {
		return err
	}
	for _, f := range tree.Files {
		if f.Mode != check.Submodule {
			if _, wrong := tree.Content(f); wrong != nil {
				err = wrong
			}
		}
	}
	return err
}

func TestTheBookListsWhatARepositoryBrings(t *testing.T) {
	var names []string
	for _, p := range plants {
		names = append(names, p.name)
	}
	listedtest.Section(t, "../../../book/reference/escapes.md", "In a repository that is looked at", names)
}
