package git

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	review "prentice/internal/engine/change"
)

// Amend is a commit like another one, in which a file has another content and the message
// may be another: the author stays, and who commits is named. Nothing points to it yet.
func (w *Work) Amend(ctx context.Context, of review.Commit, path string, content []byte, message, by string, at time.Time) (string, error) {
	found, err := w.entry(ctx, of.ID, path)
	if err != nil {
		return "", err
	}
	if found != "100644" && found != "100755" {
		return "", prentice.Errorf(prentice.NotFound, "%.12s has no plain file %q", of.ID, path).Try("change it in a clone, and push it")
	}
	return w.commitWith(ctx, of, found, map[string][]byte{path: content}, message, by, at)
}

// Add is a commit like another one, with files that are new: nothing may stand where they
// are to be, nor at a path of free, and what leads to them is folders. Nothing points to it
// yet.
func (w *Work) Add(ctx context.Context, of review.Commit, files map[string][]byte, free []string, message, by string, at time.Time) (string, error) {
	folders := map[string]bool{}
	for file := range files {
		free = append(free[:len(free):len(free)], file)
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	for _, at := range slices.Sorted(maps.Keys(folders)) {
		if found, err := w.entry(ctx, of.ID, at); err != nil {
			return "", err
		} else if found != "" && found != "040000" {
			return "", prentice.Errorf(prentice.Conflict, "%q of %.12s is no folder", at, of.ID).Try("rename it in a change of its own")
		}
	}
	for _, at := range free {
		if found, err := w.entry(ctx, of.ID, at); err != nil {
			return "", err
		} else if found != "" {
			return "", prentice.Errorf(prentice.Conflict, "%q stands in %.12s already", at, of.ID).Try("choose another name, or remove it in a change of its own")
		}
	}
	return w.commitWith(ctx, of, "100644", files, message, by, at)
}

// entry is the mode of what stands at a path of a commit, "" where there is nothing.
func (w *Work) entry(ctx context.Context, commit, path string) (string, error) {
	out, err := w.run(ctx, nil, 1<<16, "ls-tree", "-z", "--full-tree", commit, "--", path)
	mode, _, _ := strings.Cut(string(out), " ")
	return mode, err
}

// commitWith makes a commit like another one, in which files have a content and a mode.
func (w *Work) commitWith(ctx context.Context, of review.Commit, mode string, files map[string][]byte, message, by string, at time.Time) (string, error) {
	dir, err := os.MkdirTemp("", "prentice-index-")
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under %s", os.TempDir())
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is below the temporary folder
	o := &Work{Top: w.Top, Common: w.Common, own: w.own, hash: w.hash}
	o.env = append(slices.Clone(w.env), "GIT_INDEX_FILE="+filepath.Join(dir, "index"), "GIT_AUTHOR_NAME="+name(of.Author), "GIT_AUTHOR_EMAIL="+of.Email, fmt.Sprintf("GIT_AUTHOR_DATE=@%d +0000", of.Time.Unix()),
		"GIT_COMMITTER_NAME="+name(by), "GIT_COMMITTER_EMAIL="+name(by)+"@localhost", fmt.Sprintf("GIT_COMMITTER_DATE=@%d +0000", at.Unix()))
	var index strings.Builder
	for _, path := range slices.Sorted(maps.Keys(files)) {
		blob, err := o.run(ctx, bytes.NewReader(files[path]), 1<<10, "hash-object", "-w", "--stdin", "--no-filters")
		if err != nil {
			return "", err
		}
		index.WriteString(mode + " " + strings.TrimSpace(string(blob)) + "\t" + path + "\x00")
	}
	if _, err := o.run(ctx, nil, 1<<10, "read-tree", "--end-of-options", of.Tree); err != nil {
		return "", err
	}
	if _, err := o.run(ctx, strings.NewReader(index.String()), 1<<10, "update-index", "-z", "--index-info"); err != nil {
		return "", err
	}
	tree, err := o.run(ctx, nil, 1<<10, "write-tree")
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", "-F", "-"}
	for _, p := range of.Parents {
		args = append(args, "-p", p)
	}
	id, err := o.run(ctx, strings.NewReader(message), 1<<10, append(args, strings.TrimSpace(string(tree)))...)
	return strings.TrimSpace(string(id)), err
}

// name is one that git takes for an author.
func name(s string) string {
	s = strings.TrimSpace(strings.NewReplacer("<", "", ">", "", "\n", " ").Replace(s))
	if s == "" {
		return "unknown"
	}
	return s
}
