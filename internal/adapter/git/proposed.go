package git

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	review "prentice/internal/engine/change"
	"prentice/internal/kit/clip"
)

// Line are the commits up to head that a branch does not have, the oldest first: each is on
// the one before. Fewer than most are read. Tip is where they leave the branch.
func (w *Work) Line(ctx context.Context, branch, head string, most int) (list []review.Commit, tip string, err error) {
	if tip, err = w.Commit(ctx, "refs/heads/"+branch); err != nil {
		return nil, "", err
	}
	if head, err = w.Commit(ctx, head); err != nil {
		return nil, "", err
	}
	out, err := w.run(ctx, nil, 1<<20, "rev-list", "--reverse", "--topo-order", fmt.Sprintf("--max-count=%d", most), head, "^"+tip)
	if err != nil {
		return nil, "", err
	}
	for _, id := range strings.Fields(string(out)) {
		c, err := w.Proposed(id)
		if err != nil {
			return nil, "", err
		}
		list = append(list, c)
	}
	if _, base, err := w.Base(ctx, "refs/heads/"+branch, head); err == nil {
		tip = base
	} else {
		return nil, "", prentice.Errorf(prentice.Invalid, "%.12s and the branch %s have no commit in common", head, clip.Text(branch)).Try("begin with what is in the branch: git rebase origin/%s", clip.Text(branch))
	}
	return list, tip, nil
}

// Proposed is a commit as a change needs it.
func (w *Work) Proposed(id string) (review.Commit, error) {
	kind, text, err := w.object(id, 1<<20)
	if err != nil {
		return review.Commit{}, err
	}
	if kind != "commit" || w.idOf(text) != id {
		return review.Commit{}, prentice.Errorf(prentice.Unavailable, "%.12s is no commit, or is not what its id says", id).Try("look with: git fsck")
	}
	head, message, _ := strings.Cut(string(text), "\n\n")
	c := review.Commit{ID: id, Message: strings.ToValidUTF8(message, "\uFFFD")}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.Tree = value
		case "parent":
			c.Parents = append(c.Parents, value)
		case "author":
			c.Author, c.Email, c.Time = author(value)
		case "committer":
			c.Committer, c.CommitterEmail, _ = author(value)
		case "change-id":
			c.ChangeID = value
		}
	}
	c.Author, c.Committer = said(c.Author), said(c.Committer)
	return c, nil
}

// Became says what became of the content from one version of a change to the next. It is
// Rebased only where git itself, putting the old version on what the new one stands on,
// comes to the very content of the new one: what a fingerprint of the patch would let
// through in another place is New.
func (w *Work) Became(ctx context.Context, was, is string) (string, error) {
	a, err := w.Proposed(was)
	if err != nil {
		return "", err
	}
	b, err := w.Proposed(is)
	if err != nil {
		return "", err
	}
	if len(a.Parents) != 1 || len(b.Parents) != 1 {
		return review.New, nil
	}
	if a.Parents[0] == b.Parents[0] {
		if a.Tree == b.Tree {
			return review.Message, nil
		}
		return review.New, nil
	}
	tree, clean, err := w.rebased(ctx, a, b.Parents[0])
	if err != nil || !clean || tree != b.Tree {
		return review.New, err
	}
	return review.Rebased, nil
}

// rebased is the content of a commit, put on another one than it stands on. What git writes
// for that is put into a store of objects that is thrown away.
func (w *Work) rebased(ctx context.Context, c review.Commit, on string) (tree string, clean bool, err error) {
	aside, done, err := w.aside()
	if err != nil {
		return "", false, err
	}
	defer done()
	base, err := aside.bare(ctx, c.Parents[0]+"^{tree}", "")
	if err != nil {
		return "", false, err
	}
	mine, err := aside.bare(ctx, c.Tree, base)
	if err != nil {
		return "", false, err
	}
	theirs, err := aside.bare(ctx, on+"^{tree}", base)
	if err != nil {
		return "", false, err
	}
	out, err := aside.run(ctx, nil, 1<<20, "-c", "merge.renames=true", "merge-tree", "--write-tree", "--no-messages", theirs, mine)
	if err != nil {
		return "", false, nil //nolint:nilerr // a conflict, or no way to merge: it is not clean
	}
	return strings.TrimSpace(firstOf(string(out))), true, nil
}

// bare is a commit of a content, of no one, on another or on nothing.
func (w *Work) bare(ctx context.Context, tree, on string) (string, error) {
	args := []string{"commit-tree", "-m", "content"}
	if on != "" {
		args = append(args, "-p", on)
	}
	out, err := w.run(ctx, nil, 1<<10, "rev-parse", "--verify", "--end-of-options", tree)
	if err != nil {
		return "", err
	}
	out, err = w.run(ctx, nil, 1<<10, append(args, strings.TrimSpace(string(out)))...)
	return strings.TrimSpace(string(out)), err
}
