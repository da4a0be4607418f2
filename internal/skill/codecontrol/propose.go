package codecontrol

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
)

// propose takes what was pushed as changes. What the database knows comes first and the
// refs after it: a push that is repeated makes those that are missing.
func (k *Desk) propose(ctx context.Context, p Proposal) (as []push.Moved, says string, err error) {
	if err := k.reviews(); err != nil {
		return nil, "", err
	}
	code, err := k.Open(ctx, p.Repository)
	if err != nil {
		return nil, "", err
	}
	defer code.Close() //nolint:errcheck // what was written is there
	asked, err := proposalOf(ctx, code, p)
	if err != nil {
		return nil, "", err
	}
	list, err := k.take(ctx, code, asked)
	if err != nil {
		return nil, "", err
	}
	var b strings.Builder
	for _, one := range list {
		as = append(as, push.Moved{Ref: one.PatchSet.Ref(), Old: strings.Repeat("0", len(one.PatchSet.Commit)), New: one.PatchSet.Commit})
		fmt.Fprintf(&b, "%s\n", k.told1(one))
		if page := k.pageOf(one.Change); page != "" && !one.Same {
			fmt.Fprintf(&b, "  %s\n", page)
		}
	}
	return as, b.String(), nil
}

func proposalOf(ctx context.Context, code Code, p Proposal) (out change.Proposal, err error) {
	out = change.Proposal{Repository: p.Repository, Branch: p.Branch, Topic: clip.To(p.Topic, 100), By: p.By}
	if p.Change != "" {
		if out.Change, err = change.ParseNumber(p.Change); err != nil {
			return out, err
		}
	}
	out.Commits, out.Tip, err = code.Line(ctx, p.Branch, p.Head, change.MostCommits+1)
	return out, err
}

// take keeps a proposal, and makes the refs of its patch sets.
func (k *Desk) take(ctx context.Context, code Code, p change.Proposal) ([]change.Proposed, error) {
	moves, err := k.Changes.Earlier(ctx, p)
	if err != nil {
		return nil, err
	}
	p.What = map[change.Pair]string{}
	for _, m := range moves {
		if m.To == nil || m.Same > 0 {
			continue
		}
		what, err := code.Became(ctx, m.To.Commit, m.Commit.ID)
		if err != nil {
			return nil, err
		}
		p.What[change.Pair{Was: m.To.Commit, Is: m.Commit.ID}] = what
	}
	list, err := k.Changes.Propose(ctx, k.now(), p)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		if err := code.SetPatchSet(ctx, one.PatchSet.Ref(), one.PatchSet.Commit); err != nil {
			return nil, err
		}
		if k.Review.Judge == nil || one.Same {
			continue
		}
		if err := k.Review.Judge(ctx, p.Repository, one.PatchSet.Commit); err != nil { // the change is there, and can be checked later
			k.Log.Warn("have a change checked", "change", one.Change.Number, "err", err)
		}
	}
	return list, nil
}

// pageOf is the address of the page of a change; "" where there are no pages.
func (k *Desk) pageOf(c change.Change) string {
	if k.Deps.HTTP == nil || k.Deps.HTTP() == "" {
		return ""
	}
	return strings.TrimSuffix(k.Deps.HTTP(), "git/") + fmt.Sprintf("changes/%d", c.Number)
}

// told1 is a line for the terminal of who pushed.
func (k *Desk) told1(one change.Proposed) string {
	how := fmt.Sprintf("patch set %d", one.PatchSet.Number)
	switch {
	case one.New:
		how = "new"
	case one.Same:
		how = fmt.Sprintf("as it was, patch set %d", one.PatchSet.Number)
	case one.PatchSet.What == change.Rebased:
		how += ", a clean rebase"
	case one.PatchSet.What == change.Message:
		how += ", only the message"
	}
	return fmt.Sprintf("%s (%s)  %s", one.Change.Ref(), how, push.Plain(one.Change.Title))
}

// find is the change that a text names.
func (k *Desk) find(ctx context.Context, text string) (change.Change, error) {
	if err := k.reviews(); err != nil {
		return change.Change{}, err
	}
	n, err := change.ParseNumber(text)
	if err != nil {
		return change.Change{}, err
	}
	return k.Changes.Find(ctx, n)
}

// aboutChange is the repository that an operation on a change acts on.
func (k *Desk) aboutChange(ctx context.Context, text string) ([]prentice.Ref, error) {
	c, err := k.find(ctx, text)
	if err != nil {
		return nil, err
	}
	return []prentice.Ref{c.Of()}, nil
}
