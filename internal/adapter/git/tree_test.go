package git

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/needtest"
)

// fresh is a repository with these files, committed.
func fresh(t *testing.T, files map[string]string) string {
	t.Helper()
	needtest.Program(t, "git")
	dir := filepath.Join(t.TempDir(), "a folder")
	write(t, dir, files)
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "first")
	return dir
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if to, link := strings.CutPrefix(text, "link:"); err == nil && link {
			err = os.Symlink(to, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, dir string) *Work {
	t.Helper()
	w, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// listing is a tree in one line: paths with what they hold.
func listing(t *testing.T, tree *check.Tree, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, f := range tree.Files {
		word := f.Path
		if f.Mode != check.Submodule {
			text, err := tree.Content(f)
			if err != nil {
				t.Fatal(err)
			}
			word += "=" + strings.TrimSpace(string(text))
		}
		switch f.Mode {
		case check.Executable:
			word += "*"
		case check.Link:
			word += "@"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestATreeIsWhatIsThereNow(t *testing.T) {
	dir := fresh(t, map[string]string{"a.txt": "one", "b.txt": "two", "sub/c.txt": "three", ".gitignore": "*.log\n", "to": "link:/etc/passwd"})
	write(t, dir, map[string]string{"a.txt": "changed", "new.txt": "new", "x.log": "ignored"})
	if err := os.Remove(filepath.Join(dir, "b.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "sub", "c.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	w := open(t, filepath.Join(dir, "sub"))
	tree, err := w.Tree(t.Context())
	if got, want := listing(t, tree, err), ".gitignore=*.log a.txt=changed new.txt=new sub/c.txt=three* to=/etc/passwd@"; got != want {
		t.Errorf("the folder:\n%s\n%s", got, want)
	}
	staged, err := w.Staged(t.Context())
	if got, want := listing(t, staged, err), ".gitignore=*.log a.txt=one b.txt=two sub/c.txt=three to=/etc/passwd@"; got != want {
		t.Errorf("what is staged:\n%s\n%s", got, want)
	}
	commit, err := w.At(t.Context(), "HEAD")
	if err != nil || commit.Digest != staged.Digest || commit.Digest == tree.Digest {
		t.Errorf("the commit is not what is staged: %v", err)
	}
	git(t, dir, "add", "-A")
	after, err := w.Tree(t.Context())
	if err != nil || after.Digest != tree.Digest {
		t.Errorf("to stage what is there changes the tree: %v", err)
	}
}

func TestTheNextTreeIsTheSameOnlyWhileNothingChanged(t *testing.T) {
	dir := fresh(t, map[string]string{"a.txt": "one", "b": "two"})
	digest := func() string {
		tree, err := open(t, dir).Tree(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tree.Digest
	}
	before := digest()
	if digest() != before {
		t.Error("another digest of the same")
	}
	write(t, dir, map[string]string{"a.txt": "ONE"}) // of the same length, within the same moment
	if digest() == before {
		t.Error("a change was not seen")
	}
	write(t, dir, map[string]string{"a.txt": "one"})
	if digest() != before {
		t.Error("what is as it was has another digest")
	}
	git(t, dir, "config", "core.autocrlf", "true")
	if digest() == before {
		t.Error("a setting that changes what is on disk is in no digest")
	}
}

func TestHostileNamesAreNames(t *testing.T) {
	names := []string{"-rf", "a\nb", "a\tb", "esc\x1b[31m", "not\xff\xfeutf8", "\"quoted\"", "back\\slash", "*", ":(top)x", "..x", " lead", "trail "}
	files := map[string]string{}
	for _, n := range names {
		files[n] = "text of it"
	}
	dir := fresh(t, files)
	write(t, dir, map[string]string{"untracked\n-x": "text of it"})
	w := open(t, dir)
	for what, tree := range map[string]func() (*check.Tree, error){
		"folder": func() (*check.Tree, error) { return w.Tree(t.Context()) },
		"staged": func() (*check.Tree, error) { return w.Staged(t.Context()) },
		"commit": func() (*check.Tree, error) { return w.At(t.Context(), "HEAD") },
	} {
		got, err := tree()
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(names)
		if what == "folder" {
			want = append(want, "untracked\n-x")
		}
		slices.Sort(want)
		for i, f := range got.Files {
			if text, err := got.Content(f); i >= len(want) || f.Path != want[i] || err != nil || string(text) != "text of it" {
				t.Errorf("%s: %q is %q, %v", what, f.Path, text, err)
			}
		}
		if len(got.Files) != len(want) {
			t.Errorf("%s has %d of %d", what, len(got.Files), len(want))
		}
	}
}

func TestNoSettingOfARepositoryRunsAProgramWhenItIsListed(t *testing.T) {
	dir := fresh(t, map[string]string{"a.x": "one", "b.x": "two", ".gitattributes": "*.x filter=evil diff=evil\n"})
	ran := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(t.TempDir(), "run.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch '"+ran+"'\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"core.fsmonitor": script, "core.pager": script, "core.hooksPath": filepath.Dir(script), "filter.evil.clean": script, "filter.evil.smudge": script, "filter.evil.process": script, "filter.evil.required": "true",
		"filter.a=b.clean": script, "diff.evil.textconv": script, "diff.evil.command": script, "diff.external": script, "alias.ls-files": "!" + script, "alias.diff-files": "!" + script, "core.sshCommand": script, "credential.helper": script, "gpg.program": script, "include.path": "more"} {
		git(t, dir, "config", key, value)
	}
	write(t, dir, map[string]string{".git/more": "[filter \"evil\"]\n\tclean = " + script + "\n", "a.x": "ONE", "c.x": "three"})
	w := open(t, dir)
	for _, ask := range []func() (*check.Tree, error){
		func() (*check.Tree, error) { return w.Tree(t.Context()) }, func() (*check.Tree, error) { return w.Staged(t.Context()) }, func() (*check.Tree, error) { return w.At(t.Context(), "HEAD") },
	} {
		tree, err := ask()
		listing(t, tree, err)
	}
	if exists(ran) {
		t.Error("a program of the repository's settings was run")
	}
	git(t, dir, "config", "core.alternateRefsCommand", script)
	if _, err := Open(t.Context(), dir); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "core.alternaterefscommand") {
		t.Errorf("one that cannot be taken away: %v", err)
	}
}

func TestARepositoryThatSaysThatItsFilesAreElsewhereIsRefused(t *testing.T) {
	dir := fresh(t, map[string]string{"a": "one"})
	secret := t.TempDir()
	write(t, secret, map[string]string{"secret": "of someone else"})
	git(t, dir, "config", "core.worktree", secret)
	if w, err := Open(t.Context(), dir); prentice.KindOf(err) != prentice.Refused && prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestALinkIsNeverFollowed(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, map[string]string{"secret": "of someone else"})
	dir := fresh(t, map[string]string{"dir/secret": "ours", "loop": "link:loop", "file": "text"})
	w := open(t, dir)
	tree, err := w.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "dir")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "file")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"dir": "link:" + outside, "file": "link:" + filepath.Join(outside, "secret")})
	for _, path := range []string{"dir/secret", "file"} {
		f, _ := tree.File(path)
		if text, err := tree.Content(f); err == nil {
			t.Errorf("%s was followed: %q", path, text)
		}
	}
	now, err := w.Tree(t.Context())
	if got, want := listing(t, now, err), "dir="+outside+"@ file="+filepath.Join(outside, "secret")+"@ loop=loop@"; got != want {
		t.Errorf("%s\n%s", got, want)
	}
}

func TestPlacesThatAreNoWorkingTree(t *testing.T) {
	dir := fresh(t, map[string]string{"a": "one"})
	empty := filepath.Join(t.TempDir(), "empty")
	write(t, empty, map[string]string{"a": "one"})
	git(t, empty, "init", "-q")
	bare := filepath.Join(t.TempDir(), "bare.git")
	git(t, dir, "clone", "-q", "--bare", ".", bare)
	other := filepath.Join(t.TempDir(), "other")
	git(t, dir, "worktree", "add", "-q", other)
	none := t.TempDir()

	tree, err := open(t, empty).Tree(t.Context())
	if got := listing(t, tree, err); got != "a=one" {
		t.Errorf("without a commit: %s", got)
	}
	if list, err := open(t, empty).Since(t.Context(), strings.Repeat("0", 40), "HEAD"); len(list) > 0 || err != nil {
		t.Errorf("without a commit: %v, %v", list, err)
	}
	if _, _, err := open(t, empty).Base(t.Context(), "", "HEAD"); prentice.KindOf(err) != prentice.Unavailable {
		t.Errorf("without a commit: %v", err)
	}
	if _, err := open(t, bare).Tree(t.Context()); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("bare: %v", err)
	}
	tree, err = open(t, bare).At(t.Context(), "HEAD")
	if got := listing(t, tree, err); got != "a=one" {
		t.Errorf("a commit of a bare one: %s", got)
	}
	if w := open(t, other); w.Common != filepath.Join(dir, ".git") {
		t.Errorf("a second working tree is of %s", w.Common)
	}
	for at, want := range map[string]prentice.Kind{none: prentice.NotFound, filepath.Join(none, "x"): prentice.NotFound, filepath.Join(dir, ".git"): prentice.Invalid} {
		if _, err := Open(t.Context(), at); prentice.KindOf(err) != want || prentice.HintOf(err) == "" {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestWhatAChangeIsMadeOnIsFoundAndNeverGuessed(t *testing.T) {
	dir := fresh(t, map[string]string{"a": "one"})
	git(t, dir, "checkout", "-q", "-b", "change")
	for _, n := range []string{"b", "c"} {
		write(t, dir, map[string]string{n: n})
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", "add "+n+"\n\nwhy")
	}
	git(t, dir, "checkout", "-q", "main")
	write(t, dir, map[string]string{"d": "d"})
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "meanwhile")
	git(t, dir, "checkout", "-q", "change")
	w := open(t, dir)
	branch, id, err := w.Base(t.Context(), "", "HEAD")
	if err != nil || branch != "refs/heads/main" {
		t.Fatalf("%s, %v", branch, err)
	}
	base, err := w.At(t.Context(), id)
	if got := listing(t, base, err); got != "a=one" {
		t.Errorf("the base has %s", got)
	}
	commits, err := w.Since(t.Context(), id, "HEAD")
	if err != nil || len(commits) != 2 || commits[0].Message != "add c\n\nwhy\n" || commits[0].Email != "ann@example.org" || len(commits[0].Parents) != 1 {
		t.Errorf("%+v, %v", commits, err)
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	git(t, dir, "clone", "-q", "--depth", "1", "--no-single-branch", "file://"+dir, shallow)
	git(t, shallow, "fetch", "-q", "--depth", "1", "origin", "main")
	if _, _, err := open(t, shallow).Base(t.Context(), "origin/main", "HEAD"); prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "unshallow") {
		t.Errorf("in a shallow clone: %v", err)
	}
	for _, name := range []string{"--output=x", "nowhere", "a..b"} {
		if _, _, err := w.Base(t.Context(), name, "HEAD"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestSubmodulesAndRepositoriesWithinAreOthers(t *testing.T) {
	inner := fresh(t, map[string]string{"in": "inner"})
	dir := fresh(t, map[string]string{"a": "one"})
	git(t, dir, "-c", "protocol.file.allow=always", "submodule", "add", "-q", inner, "sub")
	git(t, dir, "clone", "-q", inner, "nested")
	ran := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(t.TempDir(), "run.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch '"+ran+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, filepath.Join(dir, "sub"), "config", "core.fsmonitor", script)
	write(t, dir, map[string]string{"sub/in": "changed"})
	tree, err := open(t, dir).Tree(t.Context())
	if got := listing(t, tree, err); !strings.Contains(got, "a=one sub") || strings.Contains(got, "nested") || strings.Contains(got, "in=inner") {
		t.Errorf("got %s", got)
	}
	if exists(ran) {
		t.Error("a program of a submodule's settings was run")
	}
}

func TestWhatIsNeitherFileNorLinkIsNotReadAndNotWaitedFor(t *testing.T) {
	dir := fresh(t, map[string]string{"file": "text"})
	w := open(t, dir)
	tree, err := w.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "file")), syscall.Mkfifo(filepath.Join(dir, "file"), 0o644), syscall.Mkfifo(filepath.Join(dir, "other"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if text, err := tree.Content(tree.Files[0]); err == nil {
		t.Errorf("a pipe was read: %q", text)
	}
	if now, err := w.Tree(t.Context()); err != nil || len(now.Files) != 0 {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestEditsAreWrittenWholeAndThroughNoLink(t *testing.T) {
	dir := fresh(t, map[string]string{"a.sh": "old", "dir/b": "old"})
	outside := t.TempDir()
	write(t, dir, map[string]string{"out": "link:" + outside, "to": "link:" + filepath.Join(outside, "x")})
	w := open(t, dir)
	if err := w.Write([]check.Edit{{Path: "a.sh", Content: []byte("new"), Mode: check.Executable}, {Path: "new/c", Content: []byte("c")}, {Path: "dir/b", Remove: true}}); err != nil {
		t.Fatal(err)
	}
	tree, err := w.Tree(t.Context())
	if got := listing(t, tree, err); !strings.HasPrefix(got, "a.sh=new* new/c=c ") {
		t.Errorf("got %s", got)
	}
	for _, path := range []string{"out/x", "to", "../x", "/etc/x", ".git/config", "sub/.git/hooks/x", "", "."} {
		if err := w.Write([]check.Edit{{Path: path, Content: []byte("x")}}); err == nil {
			t.Errorf("%q was written", path)
		}
	}
	if left, _ := os.ReadDir(outside); len(left) > 0 {
		t.Error("something was written outside")
	}
}

func TestANewFileIsNeverWrittenOverOneThatIsThere(t *testing.T) {
	top := fresh(t, map[string]string{"a": "old"})
	w := open(t, top)
	if err := w.Write([]check.Edit{{Path: "a", Content: []byte("new"), New: true}}); err == nil {
		t.Error("it is written")
	}
	if err := w.Write([]check.Edit{{Path: "new/b", Content: []byte("b"), New: true}}); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{"a": "old", "new/b": "b"} {
		if text, err := os.ReadFile(filepath.Join(top, path)); err != nil || string(text) != want {
			t.Errorf("%s is %q, %v", path, text, err)
		}
	}
	if list, err := filepath.Glob(filepath.Join(top, "*", ".prentice-*")); err != nil || len(list) > 0 {
		t.Errorf("left: %q, %v", list, err)
	}
	if list, err := filepath.Glob(filepath.Join(top, ".prentice-*")); err != nil || len(list) > 0 {
		t.Errorf("left: %q, %v", list, err)
	}
}

func TestAHookIsWrittenOnceAndNeverOverAnother(t *testing.T) {
	dir := fresh(t, nil)
	w := open(t, dir)
	for range 2 {
		if file, err := w.Hook(t.Context(), "pre-commit", "#!/bin/sh\n"); err != nil || file != filepath.Join(dir, ".git", "hooks", "pre-commit") {
			t.Errorf("%s, %v", file, err)
		}
	}
	if _, err := w.Hook(t.Context(), "pre-commit", "#!/bin/sh\nother\n"); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("it was overwritten: %v", err)
	}
	git(t, dir, "config", "core.hooksPath", "elsewhere")
	if _, err := w.Hook(t.Context(), "pre-push", "#!/bin/sh\n"); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("hooks that are elsewhere: %v", err)
	}
}
