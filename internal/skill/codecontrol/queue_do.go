package codecontrol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/queue"
)

// do does one thing of a plan. After some the plan is another: then it is done.
func (k *Desk) do(ctx context.Context, lanes []*lane, a queue.Action) (done bool, err error) {
	if a.Do == queue.Land {
		why, err := k.land(ctx, lanes, a.Parts)
		if why != "" {
			k.Log.Info("it is checked again before it lands", "why", why)
		}
		k.Ring()
		return true, err
	}
	l := lanes[slices.IndexFunc(lanes, func(l *lane) bool { return l.Name == a.Lane })]
	switch a.Do {
	case queue.Check:
		return false, k.check(ctx, l, a)
	case queue.Stop:
		l.Builds = slices.DeleteFunc(l.Builds, func(b queue.Build) bool { return b.Base == a.Base && slices.Equal(b.Members, a.Members) })
	case queue.Aside:
		l.Entry(a.Entry).Aside = a.Base
	case queue.Back:
		l.Entry(a.Entry).Aside, l.Entry(a.Entry).Origin, l.Entry(a.Entry).Landed = "", l.Tip, nil
	case queue.Eject:
		e := l.Entry(a.Entry)
		return false, k.leave(ctx, l, Gone{Change: e.ID, PatchSet: e.PatchSet, Title: e.Title, Since: e.Since, By: e.By, What: WasEjected, Set: a.Set, Says: ejected(a), Checks: attempts(l, a)})
	}
	return false, k.save(ctx, l)
}

// ejected is why an entry was, for people.
func ejected(a queue.Action) string {
	var with []string
	for _, id := range a.Set {
		if id != a.Entry {
			with = append(with, fmt.Sprintf("change/%d", id))
		}
	}
	switch {
	case len(a.Set) == 1 && a.Set[0] == a.Entry:
		return "it fails alone: its checks failed each time, on the branch as it was when it was queued"
	case slices.Contains(a.Set, a.Entry):
		return fmt.Sprintf("it fails together with %s, which landed before it: each passes without the other, and the two failed each time", strings.Join(with, ", "))
	}
	return fmt.Sprintf("it lands together with %s, which was ejected", strings.Join(with, ", "))
}

func attempts(l *lane, a queue.Action) (list []int64) {
	if b := l.Build(a.Base, a.Set...); b != nil {
		for _, one := range b.Attempts {
			list = append(list, one.Check)
		}
	}
	return list
}

// check makes a build, if it is not there, and asks for a check of exactly its commit.
func (k *Desk) check(ctx context.Context, l *lane, a queue.Action) error {
	b := l.Build(a.Base, a.Members...)
	if b == nil {
		made, err := k.build(ctx, l, a)
		if prentice.KindOf(err) == prentice.Conflict { // a set that cannot be merged without the others is not one that fails
			now := k.now()
			made.Commit, made.Attempts = "", []queue.Attempt{{Truth: prentice.Pass, Says: err.Error(), Began: now, Ended: now}}
			l.Builds = append(l.Builds, made)
			return k.save(ctx, l)
		}
		if err != nil {
			return err
		}
		l.Builds = append(l.Builds, made)
		b = &l.Builds[len(l.Builds)-1]
	}
	number, err := k.Queue.Checks().Ask(ctx, l.of(), b.Commit, b.Tally().Failed > 0, itself)
	if err != nil {
		return err
	}
	b.Attempts = append(b.Attempts, queue.Attempt{Check: number, Began: k.now()})
	return k.save(ctx, l)
}

func (k *Desk) build(ctx context.Context, l *lane, a queue.Action) (queue.Build, error) {
	repo, err := k.Queue.Open(ctx, l.Repository)
	if err != nil {
		return queue.Build{}, err
	}
	defer repo.Close() //nolint:errcheck // what was to be written is written
	b := queue.Build{Base: a.Base, Members: a.Members, Commit: a.Base}
	for _, id := range a.Members {
		e := l.Entry(id)
		if e == nil {
			gone := l.Gone[id]
			e = &gone
		}
		m, err := repo.Onto(ctx, b.Commit, e.Proposed)
		if err != nil {
			return b, err
		}
		if m.Commit == "" {
			return b, prentice.Errorf(prentice.Conflict, "change/%d conflicts in %s", id, paths(m.Conflicts))
		}
		b.Commit, b.Tree = m.Commit, m.Tree
	}
	return b, nil
}
