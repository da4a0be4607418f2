package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/diff"
	"prentice/internal/kit/proc"
)

// longestDiff is how long git may compare two contents.
const longestDiff = 30 * time.Second

// Compare is what changed from one commit to another, with renames; from "" to all of it.
// Settings and attributes of the repository change nothing of it. Around is how many lines
// that are the same are shown around others. Paths are those that are looked at; none is
// all.
func (w *Work) Compare(ctx context.Context, from, to string, around int, most diff.Limits, paths ...string) (files []diff.File, more int, err error) {
	if from == "" {
		from = emptyTree[w.hash]
	}
	for _, id := range []string{from, to} {
		if !objectID.MatchString(id) {
			return nil, 0, prentice.Errorf(prentice.Internal, "%q is no id of a commit", id)
		}
	}
	for _, path := range paths {
		if !fs.ValidPath(path) || strings.ContainsRune(path, 0) {
			return nil, 0, prentice.Errorf(prentice.NotFound, "%q is no path in a repository", clip.Text(path)).Try("name one that git ls-tree lists")
		}
	}
	ctx, cancel := context.WithTimeout(ctx, longestDiff)
	defer cancel()
	args := append(append([]string{"git"}, plain...), "diff-tree", "-r", "-p", "-M", "-l200", "--full-index", fmt.Sprintf("-U%d", around), "--diff-algorithm=histogram",
		"--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", from, to)
	if len(paths) > 0 {
		args = append(append(args, "--"), paths...)
	}
	in, out := io.Pipe()
	ended := make(chan error, 1)
	says := &proc.Bounded{Most: 16 << 10}
	go func() {
		exit, err := proc.Run(ctx, proc.Spec{Argv: args, Dir: w.at(), Env: w.env, Out: out, Err: says, Grace: time.Second})
		if err == nil && !exit.OK() {
			err = fmt.Errorf("git ended with %d", exit.Code)
		}
		out.CloseWithError(err) //nolint:errcheck // it cannot be wrong
		ended <- err
	}()
	files, more, err = diff.Read(in, most)
	in.CloseWithError(err) //nolint:errcheck // as above
	switch failed := <-ended; {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, 0, prentice.Errorf(prentice.Limited, "git did not compare %.12s and %.12s within %s", from, to, longestDiff).Try("look at it in a clone: git diff %.12s %.12s", from, to)
	case failed != nil:
		return nil, 0, prentice.Errorf(prentice.Unavailable, "git cannot compare %.12s and %.12s: %s", from, to, said(firstOf(says.String()))).Try("see whether the repository is whole: git fsck")
	}
	return files, more, err
}

// The content of nothing, by what names the objects.
var emptyTree = map[string]string{"sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"}

// File is the content of a file at a commit, at most so much of it.
func (w *Work) File(ctx context.Context, commit, path string, most int64) ([]byte, error) {
	if !fs.ValidPath(path) || strings.ContainsAny(path, "\n\x00") || !objectID.MatchString(commit) {
		return nil, prentice.Errorf(prentice.NotFound, "%.12s has no file %q", commit, path).Try("name one that git ls-tree lists")
	}
	out, err := w.run(ctx, nil, 1<<16, "ls-tree", "-z", "--full-tree", commit, "--", path)
	if err != nil {
		return nil, err
	}
	head, name, found := strings.Cut(strings.TrimRight(string(out), "\x00"), "\t")
	words := strings.Fields(head)
	if !found || name != path || len(words) != 3 || words[1] != "blob" {
		return nil, prentice.Errorf(prentice.NotFound, "%.12s has no file %q", commit, path).Try("name one that git ls-tree lists")
	}
	_, text, err := w.object(words[2], most)
	return text, err
}
