package git

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
)

// mostNote is how long a file of a note is at most.
const mostNote = 8 << 20

// Note puts files into a commit behind the one at which a ref is, and moves the ref from
// there. The ref is made where before is "".
func (w *Work) Note(ctx context.Context, ref, before string, files map[string][]byte, message string, at time.Time) (string, error) {
	var tree bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		out, err := w.run(ctx, bytes.NewReader(files[name]), 1<<16, "hash-object", "-t", "blob", "-w", "--stdin")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&tree, "100644 blob %s\t%s\x00", strings.TrimSpace(string(out)), name)
	}
	out, err := w.run(ctx, &tree, 1<<16, "mktree", "-z")
	if err != nil {
		return "", err
	}
	var parents []string
	if before != "" {
		parents = append(parents, before)
	}
	when := fmt.Sprintf(" %d +0000", at.Unix())
	commit, err := w.commitTree(ctx, strings.TrimSpace(string(out)), parents, keeper+when, when, "", message)
	if err != nil {
		return "", err
	}
	return commit, w.Move(ctx, ref, before, commit)
}

// Noted is what a commit of notes has in a file; nil where it has none of that name.
func (w *Work) Noted(_ context.Context, commit, file string) ([]byte, error) {
	if !objectID.MatchString(commit) {
		return nil, prentice.Errorf(prentice.Internal, "%q is no id of a commit", commit)
	}
	kind, text, err := w.object(commit+":"+file, mostNote)
	if prentice.KindOf(err) == prentice.Unavailable || err == nil && kind != "blob" { // git says that there is no such thing
		return nil, nil
	}
	return text, err
}

// FirstParents are a commit and those before it by their first parents, the last first, down to and
// with from; all, where that is "". A commit that does not stand on from gives a list that
// does not end with it.
func (w *Work) FirstParents(ctx context.Context, from, to string) ([]string, error) {
	args := []string{"rev-list", "--first-parent", "--parents", "--end-of-options", to}
	if from != "" {
		args = append(args, "^"+from)
	}
	out, err := w.run(ctx, nil, mostList, args...)
	if err != nil {
		return nil, err
	}
	var list []string
	next := ""
	for line := range strings.Lines(string(out)) {
		if part := strings.Fields(line); len(part) > 0 {
			list, next = append(list, part[0]), ""
			if len(part) > 1 {
				next = part[1]
			}
		}
	}
	if from != "" && next != "" {
		list = append(list, next)
	}
	return list, nil
}

// Listing is a digest of what a commit has at some paths: names, modes and contents.
func (w *Work) Listing(ctx context.Context, commit string, paths ...string) (string, error) {
	out, err := w.run(ctx, nil, mostList, append([]string{"ls-tree", "-r", "-z", "--full-tree", commit, "--"}, paths...)...)
	return prentice.Digest(out), err
}
