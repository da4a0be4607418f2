package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
)

// Work is a repository whose content is looked at. It may have been handed over by a
// stranger: nothing that it names is run. The settings of the user and the machine
// do not count, but for which files are ignored.
type Work struct {
	Top    string // the folder of the working tree; "" for a bare repository
	Common string // the repository itself, which working trees share
	own    string // what this working tree has of its own in it: the index, HEAD
	hash   string // sha1 or sha256
	part   bool   // the history is not whole: it is a shallow clone

	env    []string
	text   string // what the content of the working tree depends on beside its blobs
	opened sync.Mutex
	root   *os.Root // of Top, once something is read
	blobs  *blobs
}

// Shallow says whether the history is not whole.
func (w *Work) Shallow() bool { return w.part }

// Open finds the repository that a folder stands in.
func Open(ctx context.Context, dir string) (*Work, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the current folder is gone: %w", err).Try("change to one that is there")
	}
	if about, err := os.Stat(dir); err != nil || !about.IsDir() {
		return nil, prentice.Errorf(prentice.NotFound, "there is no folder %q", clip.Text(dir)).Try("name a folder in a git repository")
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, prentice.Errorf(prentice.NotFound, "the folder %q cannot be entered: %w", clip.Text(dir), err).Try("name a folder in a git repository")
	}
	w := &Work{Top: dir, env: calm()}
	if err := w.find(ctx, dir); err != nil {
		return nil, err
	}
	return w, w.settle(ctx)
}

// find asks git where the parts of the repository are. In a bare one it has an answer to
// all but the last question.
func (w *Work) find(ctx context.Context, dir string) error {
	out, err := w.run(ctx, nil, mostBytes, "rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-object-format", "--absolute-git-dir", "--git-common-dir", "--show-toplevel")
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) < 5 {
		if err == nil {
			err = prentice.Errorf(prentice.Unavailable, "git does not say where the repository of %s is", dir).Try("look with: git -C %s rev-parse --git-dir", dir)
		}
		return err
	}
	w.part, w.hash, w.own, w.Common = lines[1] == "true", lines[2], lines[3], lines[4]
	if !filepath.IsAbs(w.Common) {
		w.Common = filepath.Join(dir, w.Common)
	}
	if w.Top = ""; len(lines) < 6 {
		if lines[0] == "true" {
			return nil
		}
		return prentice.Errorf(prentice.Invalid, "%s is inside the git folder of a repository, which has no files to check", dir).Try("name the folder above it")
	}
	w.Top = strings.Join(lines[5:], "\n")
	if _, err := os.Lstat(filepath.Join(w.Top, ".git")); err != nil {
		return prentice.Errorf(prentice.Refused, "the repository of %s says that its files are in %s, which has no .git", dir, w.Top).
			Try("see core.worktree in %s: take it out, if you do not know why it is there", filepath.Join(w.own, "config"))
	}
	return nil
}

// Close ends what reads.
func (w *Work) Close() error {
	w.opened.Lock()
	defer w.opened.Unlock()
	var errs []error
	if w.blobs != nil {
		errs = append(errs, w.blobs.close())
	}
	if w.root != nil {
		errs = append(errs, w.root.Close())
	}
	w.blobs, w.root = nil, nil
	return errors.Join(errs...)
}

// plain keeps the repository's settings from running anything, for commands that list
// and read. Globs and magic in paths mean themselves.
var plain = append(slices.Clone(quiet), "--no-optional-locks", "--no-replace-objects", "-c", "safe.directory=*", "-c", "core.untrackedCache=false", "-c", "submodule.recurse=false", "-c", "core.quotePath=false")

// calm is the environment in which settings of the user and of the machine do not count,
// and nothing of ours does: a hook of git runs with GIT_DIR and more of the kind.
func calm() []string {
	list := []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_PAGER=cat",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1", "GIT_ASKPASS=", "SSH_ASKPASS="}
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, "HOME="+home) // for what is ignored in all repositories
	}
	return list
}

func (w *Work) run(ctx context.Context, in io.Reader, most int, args ...string) ([]byte, error) {
	return w.runIn(ctx, w.at(), in, most, args...)
}

// at is where git is run.
func (w *Work) at() string {
	if w.Top != "" {
		return w.Top
	}
	return w.Common
}

func (w *Work) runIn(ctx context.Context, dir string, in io.Reader, most int, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, says := &proc.Bounded{Most: most}, &proc.Bounded{Most: 16 << 10}
	exit, err := proc.Run(ctx, proc.Spec{Argv: append(append([]string{"git"}, plain...), args...), Dir: dir, Env: w.env, Stdin: in, Out: out, Err: says, Grace: time.Second})
	switch {
	case errors.Is(err, proc.ErrStart):
		return nil, prentice.Errorf(prentice.Unavailable, "repositories are read with git, and there is none here").Try("install git: apt install git")
	case errors.Is(err, proc.ErrCanceled):
		return nil, prentice.Errorf(prentice.Canceled, "interrupted while git read %s", dir)
	case errors.Is(err, proc.ErrTimeout) || exit.TimedOut:
		return nil, prentice.Errorf(prentice.Unavailable, "git did not answer within a minute in %s", dir).Try("look what it waits for: git -C %s status", dir)
	case out.Over:
		return nil, prentice.Errorf(prentice.Limited, "git lists more than %d bytes in %s", most, dir).Try("check a part of it")
	case err != nil && exit.Code == 0:
		return nil, err
	case !exit.OK():
		return bytes.Clone(out.Bytes()), w.refusal(dir, says.String())
	}
	return out.Bytes(), nil
}

// refusal is why git did not do it.
func (w *Work) refusal(dir, says string) error {
	switch {
	case strings.Contains(says, "not a git repository"):
		return prentice.Errorf(prentice.NotFound, "%s is in no git repository, and it is repositories that are checked", dir).Try("make one of it: git init")
	case strings.Contains(says, "unknown repository extension"), strings.Contains(says, "Expected git repo version"):
		return prentice.Errorf(prentice.Unavailable, "this git is too old for the repository of %s: %s", dir, said(firstOf(says))).Try("install a newer git")
	case strings.TrimSpace(says) == "":
		return errNo
	}
	return prentice.Errorf(prentice.Unavailable, "git cannot read %s: %s", dir, said(firstOf(says))).Try("look with: git -C %s status", dir)
}

func firstOf(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return first
}

// disk opens the working tree. Nothing is read through it that is outside.
func (w *Work) disk() (*os.Root, error) {
	w.opened.Lock()
	defer w.opened.Unlock()
	if w.root == nil {
		root, err := os.OpenRoot(w.Top)
		if err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "the working tree cannot be opened: %w", err).Try("see whether you may read %s", w.Top)
		}
		w.root = root
	}
	return w.root, nil
}

// exists says whether a file is there.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
