package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// mostCommits is how many commits of a change are read.
const mostCommits = 1000

// Commit is the one that a person means by a name.
func (w *Work) Commit(ctx context.Context, name string) (string, error) {
	unknown := prentice.Errorf(prentice.NotFound, "the repository has no commit %q", clip.Text(name)).Try("name one that git log lists; in a shallow clone fetch it first")
	if !revision.MatchString(name) || strings.Contains(name, "..") {
		return "", unknown
	}
	out, err := w.run(ctx, nil, 1<<16, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if errors.Is(err, errNo) {
		return "", unknown
	}
	return strings.TrimSpace(string(out)), err
}

// At is the content of a commit.
func (w *Work) At(ctx context.Context, commit string) (*check.Tree, error) {
	out, err := w.run(ctx, nil, mostList, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	var files []check.File
	for _, line := range split(out) {
		head, path, found := strings.Cut(line, "\t")
		part := strings.Fields(head)
		if !found || len(part) != 4 {
			continue
		}
		mode, _ := strconv.ParseUint(part[0], 8, 32)
		size, _ := strconv.ParseInt(part[3], 10, 64)
		f := check.File{Path: path, Mode: check.Mode(mode), ID: part[2], Size: size}
		if f.Mode == 0o100664 { // as very old gits wrote it
			f.Mode = check.Regular
		}
		files = append(files, f)
	}
	t := w.tree(files)
	t.Content, t.Root = w.fromBlobs, ""
	return t, nil
}

// Staged is the content of the index: what the next commit will be. A hook of git may be
// told of another index than the usual one.
func (w *Work) Staged(ctx context.Context) (*check.Tree, error) {
	env := w.env
	defer func() { w.env = env }()
	if file := os.Getenv("GIT_INDEX_FILE"); file != "" {
		if !filepath.IsAbs(file) {
			file = filepath.Join(w.at(), file)
		}
		if in, err := filepath.Rel(w.own, file); err == nil && filepath.IsLocal(in) {
			w.env = append(append([]string{}, env...), "GIT_INDEX_FILE="+file)
		}
	}
	out, err := w.run(ctx, nil, mostList, "ls-files", "-s", "-z")
	if err != nil {
		return nil, err
	}
	known, err := entries(out)
	if err != nil {
		return nil, err
	}
	files := make([]check.File, len(known))
	for i, e := range known {
		files[i] = e.File
	}
	if err := w.objectSizes(ctx, files); err != nil {
		return nil, err
	}
	t := w.tree(files)
	t.Content, t.Root = w.fromBlobs, ""
	return t, nil
}

// objectSizes asks how long the content of each file is.
func (w *Work) objectSizes(ctx context.Context, files []check.File) error {
	var ask strings.Builder
	for _, f := range files {
		ask.WriteString(f.ID + "\n")
	}
	out, err := w.run(ctx, strings.NewReader(ask.String()), mostList, "cat-file", "--batch-check=%(objectsize)")
	if err != nil {
		return err
	}
	i := 0
	for line := range strings.Lines(string(out)) {
		if i < len(files) {
			files[i].Size, _ = strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		}
		i++
	}
	return nil
}

// Base is where a change, of which head is the last commit, left the branch that it is
// made on: the branch's name, as it was found or given, and the commit. Where that cannot
// be known it is an error, and never a guess.
func (w *Work) Base(ctx context.Context, name, head string) (branch, commit string, err error) {
	tip := ""
	if branch = name; name != "" {
		tip, err = w.Commit(ctx, name)
	} else {
		branch, tip, err = w.Branch(ctx)
	}
	if err != nil {
		return "", "", err
	}
	out, err := w.run(ctx, nil, 1<<16, "merge-base", "--end-of-options", tip, head)
	if err == nil {
		return branch, strings.TrimSpace(firstOf(string(out))), nil
	}
	if !errors.Is(err, errNo) {
		return "", "", err
	}
	none := prentice.Errorf(prentice.Unavailable, "the change and %s have no commit in common, so what it changes is not known", clip.Text(branch))
	if w.part {
		return "", "", none.Try("this is a shallow clone: fetch the whole history: git fetch --unshallow")
	}
	return "", "", none.Try("name the branch that it is made on: --base BRANCH")
}

// usual are the branches that changes are made on, the likeliest first.
var usual = []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master", "refs/heads/trunk"}

// Branch is the one that changes are made on where no one names it, and its last commit.
func (w *Work) Branch(ctx context.Context) (ref, tip string, err error) {
	out, err := w.run(ctx, nil, 1<<16, append([]string{"for-each-ref", "--format=%(objecttype) %(objectname) %(refname)"}, usual...)...)
	if err != nil {
		return "", "", err
	}
	tips := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if part := strings.Fields(line); len(part) == 3 && part[0] == "commit" {
			tips[part[2]] = part[1]
		}
	}
	for _, ref := range usual {
		if tip := tips[ref]; tip != "" {
			return ref, tip, nil
		}
	}
	return "", "", prentice.Errorf(prentice.Unavailable, "what the change is made on is not known: there is neither origin/HEAD nor a branch main, master or trunk").Try("name it: --base BRANCH")
}

// Since are the commits up to head that came after one, newest first. Before the first
// commit there are none.
func (w *Work) Since(ctx context.Context, base, head string) ([]check.Commit, error) {
	head, err := w.Commit(ctx, head)
	if prentice.KindOf(err) == prentice.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out, err := w.run(ctx, nil, 1<<20, "rev-list", fmt.Sprintf("--max-count=%d", mostCommits+1), head, "^"+base)
	if err != nil {
		return nil, err
	}
	ids := strings.Fields(string(out))
	if len(ids) > mostCommits {
		return nil, prentice.Errorf(prentice.Limited, "the change has more than %d commits", mostCommits).Try("name a nearer base: --base BRANCH")
	}
	var list []check.Commit
	for _, id := range ids {
		_, text, err := w.object(id, 1<<20)
		if err != nil {
			return nil, err
		}
		if w.idOf(text) != id {
			return nil, prentice.Errorf(prentice.Unavailable, "commit %s is not what its id says: the repository is damaged, or was made to mislead", id).Try("look with: git fsck")
		}
		list = append(list, w.commit(id, string(text)))
	}
	return list, nil
}

// author reads "Name <address> seconds zone".
func author(text string) (name, email string, at time.Time) {
	name, rest, _ := strings.Cut(text, " <")
	email, rest, _ = strings.Cut(rest, "> ")
	seconds, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.ParseInt(seconds, 10, 64)
	return name, email, time.Unix(n, 0).UTC()
}
