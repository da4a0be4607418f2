package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
)

// keeper is who makes the commits that queues make.
const keeper = "prentice <queue@prentice.invalid>"

var objectID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// Onto merges a patch set onto a commit, and moves no ref. Where it conflicts there is no
// commit, but the paths. Renames are not guessed: a change to a file that has moved
// meanwhile is a conflict, so that no change ever touches a path that it does not name.
func (w *Work) Onto(ctx context.Context, tip string, p queue.Proposed) (queue.Merged, error) {
	for _, id := range []string{tip, p.Base, p.Head} {
		if !objectID.MatchString(id) {
			return queue.Merged{}, prentice.Errorf(prentice.Invalid, "%q is no id of a commit", clip.Text(id)).Try("give all of it, as git rev-parse prints it")
		}
	}
	if p.Method == queue.Rebase {
		return w.rebase(ctx, tip, p)
	}
	m, err := w.between(ctx, tip, p.Base, p.Head, stamp(p))
	if err != nil || m.Conflicts != nil {
		return m, err
	}
	author, parents := keeper+stamp(p), []string{tip, p.Head}
	if p.Method == queue.Squash {
		_, text, err := w.object(p.Head, 1<<20)
		if err != nil {
			return m, err
		}
		author, parents = headerOf(text, "author"), []string{tip}
	}
	m.Commit, err = w.commitTree(ctx, m.Tree, parents, author, stamp(p), "", p.Message)
	return m, err
}

// rebase puts each commit of a patch set onto a tip. One whose parent is the tip already
// stays as it is, and its signature with it.
func (w *Work) rebase(ctx context.Context, tip string, p queue.Proposed) (m queue.Merged, err error) {
	commits, err := w.Since(ctx, p.Base, p.Head)
	if err != nil {
		return m, err
	}
	slices.Reverse(commits)
	m.Commit = tip
	for _, c := range commits {
		if len(c.Parents) != 1 {
			return m, prentice.Errorf(prentice.Refused, "commit %s is a merge, which cannot be rebased", c.ID[:12]).Try("take the merge out of the change: git rebase, and push it again")
		}
		if c.Parents[0] == m.Commit {
			m.Commit = c.ID
			continue
		}
		_, text, err := w.object(c.ID, 1<<20)
		if err != nil {
			return m, err
		}
		one, err := w.between(ctx, m.Commit, c.Parents[0], c.ID, stamp(p))
		if err != nil || one.Conflicts != nil {
			return one, err
		}
		_, message, _ := strings.Cut(string(text), "\n\n")
		if m.Commit, err = w.commitTree(ctx, one.Tree, []string{m.Commit}, headerOf(text, "author"), stamp(p), headerOf(text, "encoding"), message); err != nil {
			return m, err
		}
	}
	m.Tree, err = w.TreeOf(ctx, m.Commit)
	return m, err
}

// between puts onto a tip what is changed between two commits, and nothing that the first of
// them stands on: git merges with a commit that has the content of the tip and stands on the
// first, so that this is the merge base of the two.
func (w *Work) between(ctx context.Context, tip, from, to, at string) (queue.Merged, error) {
	tree, err := w.TreeOf(ctx, tip)
	if err != nil {
		return queue.Merged{}, err
	}
	ours, err := w.commitTree(ctx, tree, []string{from}, keeper+at, at, "", "the branch, as it is")
	if err != nil {
		return queue.Merged{}, err
	}
	return w.mergeTree(ctx, ours, to)
}

// mergeTree is the tree of two commits. Files are compared by their paths alone.
func (w *Work) mergeTree(ctx context.Context, ours, theirs string) (m queue.Merged, err error) {
	out, err := w.run(ctx, nil, mostList, "-c", "merge.renames=false", "-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
	parts := split(out)
	switch {
	case err == nil && len(parts) == 1:
		m.Tree = parts[0]
		return m, nil
	case errors.Is(err, errNo) && len(parts) > 1:
		m.Conflicts = parts[1:]
		return m, nil
	case err == nil:
		err = prentice.Errorf(prentice.Unavailable, "git says of a merge what cannot be read: %q", clip.Text(string(out))).Try("see that git is 2.38 or newer: git --version")
	}
	return m, err
}

// commitTree makes a commit. It is written as it will be, so that an author's name stays
// as it was, to the byte.
func (w *Work) commitTree(ctx context.Context, tree string, parents []string, author, at, encoding, message string) (string, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s%s\n", author, keeper, at)
	if encoding != "" {
		fmt.Fprintf(&b, "encoding %s\n", encoding)
	}
	fmt.Fprintf(&b, "\n%s", message)
	out, err := w.run(ctx, &b, 1<<16, "hash-object", "-t", "commit", "-w", "--stdin")
	return strings.TrimSpace(string(out)), err
}

// TreeOf is the tree of a commit.
func (w *Work) TreeOf(ctx context.Context, commit string) (string, error) {
	out, err := w.run(ctx, nil, 1<<16, "rev-parse", "--verify", "--quiet", "--end-of-options", commit+"^{tree}")
	return strings.TrimSpace(string(out)), err
}

func stamp(p queue.Proposed) string { return fmt.Sprintf(" %d +0000", p.At.Unix()) }

// headerOf is the value of a header of a commit.
func headerOf(text []byte, name string) string {
	head, _, _ := strings.Cut(string(text), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if key, value, _ := strings.Cut(line, " "); key == name {
			return value
		}
	}
	return ""
}

// Paths are those whose content is not the same in two commits or trees, in order.
func (w *Work) Paths(ctx context.Context, from, to string) ([]string, error) {
	out, err := w.run(ctx, nil, mostList, "diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to)
	if err != nil {
		return nil, err
	}
	list := split(out)
	slices.Sort(list)
	return list, nil
}

// PatchID is of what is changed between two commits, wherever it stands: a patch set that
// was only put onto another commit has the one that it had. What changes nothing has none.
func (w *Work) PatchID(ctx context.Context, from, to string) (string, error) {
	patch, err := w.run(ctx, nil, mostBytes, "diff-tree", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", from, to)
	if err != nil {
		return "", err
	}
	out, err := w.run(ctx, bytes.NewReader(patch), 1<<16, "patch-id", "--verbatim")
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return id, nil
}
