package codecontrol

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/forge"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
)

// mostPullCommits is how many commits one pull request may have.
const mostPullCommits = 250

// takePull takes a pull request as a change, or its newest commits as the next patch set.
// What cannot be taken says why, and keeps no other.
func (k *Desk) takePull(ctx context.Context, g *gated, p forge.Pull, was pulled) (pulled, error) {
	one := was
	one.Title, one.Author, one.Fork, one.Draft, one.Open = p.Title, p.Author, p.Fork, p.Draft, true
	if was.Open && was.Head == p.Head && was.Target == p.Target && was.Change > 0 {
		if one == was {
			return one, nil
		}
		return one, k.keepPull(ctx, g.Repository, one)
	}
	err := k.proposePull(ctx, g, p, was, &one)
	switch prentice.KindOf(err) {
	case prentice.Invalid, prentice.Limited, prentice.Conflict, prentice.NotFound, prentice.Refused:
		one.Says, one.Head, one.Target = clip.To(err.Error(), 300), p.Head, p.Target
		err = nil
	}
	if err != nil {
		return one, err
	}
	return one, k.keepPull(ctx, g.Repository, one)
}

// proposePull proposes what a pull request has. Its commits are one change: what stands
// between its newest commit and where it left the branch.
func (k *Desk) proposePull(ctx context.Context, g *gated, p forge.Pull, was pulled, one *pulled) error {
	guarded, err := k.Protected(ctx, g.Repository, p.Target)
	if err != nil {
		return err
	}
	if !guarded {
		return prentice.Errorf(prentice.Refused, "it is for %s, which is not protected here", clip.Text(p.Target)).Try("protect it: prentice branch protect %s %s", g.Repository, clip.Text(p.Target))
	}
	repo, err := k.Queue.Open(ctx, g.Repository)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if at, err := repo.Ref(ctx, pullRef(p.Number)); err != nil || at != p.Head {
		return err // it was pushed to meanwhile, or could not be fetched: the next turn sees it as it is then
	}
	code, err := k.Open(ctx, g.Repository)
	if err != nil {
		return err
	}
	defer code.Close() //nolint:errcheck // what was written is there
	if was.Target != "" && was.Target != p.Target && was.Change > 0 {
		if err := k.giveUp(ctx, was.Change, "it is for another branch now"); err != nil {
			return err
		}
	}
	c, base, err := pullCommit(ctx, code, g, p)
	if err != nil {
		return err
	}
	who, err := k.authors(ctx, g.Repository, p.Author)
	if err != nil {
		return err
	}
	asked := change.Proposal{Repository: g.Repository, Branch: p.Target, Tip: base, Commits: []change.Commit{c}, By: prentice.Prentice("forge"), Wrote: who, What: map[change.Pair]string{}}
	if err := k.sinceLast(ctx, repo, code, asked, !was.Open && was.Pull > 0 && was.Change > 0); err != nil {
		return err
	}
	if asked.What, err = k.becamePull(ctx, repo, asked); err != nil {
		return err
	}
	list, err := k.Changes.Propose(ctx, k.now(), asked)
	if err != nil {
		return err
	}
	made := list[0]
	if err := code.SetPatchSet(ctx, made.PatchSet.Ref(), made.PatchSet.Commit); err != nil {
		return err
	}
	if k.Review.Judge != nil && !made.Same && !p.Fork { // strangers have nothing run by opening a pull request
		if err := k.Review.Judge(ctx, g.Repository, made.PatchSet.Commit); err != nil {
			k.Log.Warn("have a change checked", "change", made.Change.Number, "err", err)
		}
	}
	one.Change, one.Head, one.Target, one.Says, one.Told, one.Shown = made.Change.Number, p.Head, p.Target, "", "", false
	return nil
}

// pullCommit is a pull request as one commit: its newest, standing where it left the branch,
// with the title and the text of the pull request. Which change it is of is said by its place.
func pullCommit(ctx context.Context, code Code, g *gated, p forge.Pull) (c change.Commit, base string, err error) {
	list, base, err := code.Line(ctx, p.Target, p.Head, mostPullCommits+1)
	if err != nil {
		return c, "", err
	}
	if len(list) == 0 {
		return c, "", prentice.Errorf(prentice.Conflict, "%s has all of it already", clip.Text(p.Target)).Try("close it on the forge")
	}
	if len(list) > mostPullCommits {
		return c, "", prentice.Errorf(prentice.Limited, "it has more than %d commits", mostPullCommits).Try("make several pull requests of it")
	}
	if c, err = code.Proposed(p.Head); err != nil {
		return c, "", err
	}
	c.Parents = []string{base}
	for _, o := range list {
		c.Others = append(c.Others, o.Addresses()...)
	}
	title := strings.TrimSpace(strings.Join(strings.Fields(p.Title), " "))
	if title == "" {
		title = fmt.Sprintf("pull request %d", p.Number)
	}
	c.Message = title + "\n\n" + strings.TrimSpace(strings.ReplaceAll(p.Body, "\r\n", "\n")) + "\n"
	key := strings.TrimPrefix(prentice.Digest([]byte(strings.Join([]string{string(g.Kind), g.Address, g.Project, fmt.Sprint(p.Number), p.Target}, "\x00"))), "sha256:")
	c.ChangeID = "F" + key[:40]
	return c, base, nil
}

// authors are the people of the team who may have written a pull request: whose name is that
// of its author on the forge. It takes a yes from them and gives them none.
func (k *Desk) authors(ctx context.Context, repository, author string) (list []prentice.Ref, err error) {
	members, err := k.members(ctx, repository)
	for _, m := range members {
		if strings.EqualFold(m.Person.Name(), author) {
			list = append(list, m.Person)
		}
	}
	return list, err
}

// sinceLast takes a change up again that was given up when its pull request was closed.
func (k *Desk) sinceLast(ctx context.Context, _ Git, _ Code, p change.Proposal, reopened bool) error {
	if !reopened {
		return nil
	}
	list, err := k.Changes.List(ctx, change.Filter{Repository: p.Repository, Branch: p.Branch, State: change.Abandoned, Limit: 500})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(c change.Change) bool { return c.Key == p.Commits[0].ChangeID })
	if i < 0 {
		return nil
	}
	_, err = k.Changes.Turn(ctx, k.now(), list[i].Number, p.By, change.Turned{To: change.Open, From: []change.State{change.Abandoned}, Why: "it was opened again on the forge"})
	return err
}

// becamePull says what became of the content since the last patch set. It is a clean rebase
// only where putting all of the old commits onto the new base comes to the very content.
func (k *Desk) becamePull(ctx context.Context, repo Git, p change.Proposal) (map[change.Pair]string, error) {
	moves, err := k.Changes.Earlier(ctx, p)
	if err != nil || moves[0].To == nil || moves[0].Same > 0 {
		return nil, err
	}
	sets, err := k.Changes.Sets(ctx, moves[0].To.Number)
	if err != nil {
		return nil, err
	}
	was, head := sets[len(sets)-1], p.Commits[0].ID
	tree, err := repo.TreeOf(ctx, head)
	if err != nil {
		return nil, err
	}
	what := change.New
	if was.Base == p.Tip {
		old, err := repo.TreeOf(ctx, was.Commit)
		if err != nil {
			return nil, err
		}
		if old == tree {
			what = change.Message
		}
	} else {
		m, err := repo.Onto(ctx, p.Tip, queue.Proposed{Base: was.Base, Head: was.Commit, Method: queue.Merge, Message: "what it was, on what it stands on now", At: time.Unix(0, 0)})
		if err != nil {
			return nil, err
		}
		if m.Commit != "" && m.Tree == tree {
			what = change.Rebased
		}
	}
	return map[change.Pair]string{{Was: moves[0].To.Commit, Is: head}: what}, nil
}

// giveUp makes a change stand as given up, if it can still land.
func (k *Desk) giveUp(ctx context.Context, number int64, why string) error {
	c, err := k.Changes.Find(ctx, number)
	if err != nil || !c.Going() {
		return err
	}
	_, err = k.Changes.Turn(ctx, k.now(), number, prentice.Prentice("forge"), change.Turned{To: change.Abandoned, From: []change.State{change.Open, change.Queued}, Why: why})
	if prentice.KindOf(err) == prentice.Conflict { // it landed meanwhile
		return nil
	}
	return err
}

// pullGone is a pull request that is not open any more. Where the queue lands it at this
// moment, the next turn sees how that ended.
func (k *Desk) pullGone(ctx context.Context, g *gated, f Forge, one pulled) error {
	if !one.Open {
		return k.tellPull(ctx, g, f, one)
	}
	p, err := f.Pull(ctx, one.Pull)
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		return err
	}
	if p.Open {
		return nil
	}
	if lands, err := k.isLanding(ctx, one.Change); err != nil || lands {
		return err
	}
	why := "it was closed on the forge"
	if p.Merged {
		why = "it was merged on the forge, past the queue"
	}
	if one.Change > 0 {
		if err := k.giveUp(ctx, one.Change, why); err != nil {
			return err
		}
	}
	one.Open, one.Told = false, ""
	if err := k.keepPull(ctx, g.Repository, one); err != nil {
		return err
	}
	return k.tellPull(ctx, g, f, one)
}

// isLanding says whether a landing that has not ended brings a change.
func (k *Desk) isLanding(ctx context.Context, number int64) (bool, error) {
	list, err := k.landingsBy(ctx, `WHERE state = ? ORDER BY number`, intended)
	for _, g := range list {
		for _, m := range g.Parts {
			if slices.ContainsFunc(m.Changes, func(c moved) bool { return c.Change == number }) {
				return true, err
			}
		}
	}
	return false, err
}
