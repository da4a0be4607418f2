package codecontrol

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/change"
)

// Draft is a change that prentice writes, in its own name or in that of the person who asks:
// a file of the branch that counts with another content, or files that are new. The message
// carries its key as Change-Id.
type Draft struct {
	Repository, Branch string
	Base               string // the commit that was looked at, and on which it stands; "" is the newest
	Path               string
	Content            []byte
	New                map[string][]byte // instead of Path and Content
	Free               []string          // paths at which nothing may stand either
	Message, Topic     string
	By                 prentice.Actor
	At                 time.Time // of the commit
}

// Draft proposes it, once: a change of its key that is there, open, landed or given up, is
// given back as it is. The repository must take pushes here, and its branch must not have
// moved from the base.
func (k *Desk) Draft(ctx context.Context, d Draft) (c change.Change, made bool, err error) {
	if err := k.reviews(); err != nil {
		return c, false, err
	}
	h, err := k.Repository(ctx, d.Repository)
	if err != nil {
		return c, false, err
	}
	if err := h.takes(); err != nil {
		return c, false, err
	}
	if g, err := k.gate(ctx, d.Repository); err != nil {
		return c, false, err
	} else if g != nil {
		return c, false, prentice.Errorf(prentice.Refused, "the changes of %s come from its forge", d.Repository).Try("propose it there")
	}
	key := change.Commit{Message: d.Message}.Key()
	if key == "" {
		return c, false, prentice.Errorf(prentice.Invalid, "the draft has no Change-Id, and would be made again and again").Try("end its message with a line Change-Id")
	}
	if c, found, err := k.Changes.Keyed(ctx, d.Repository, d.Branch, key); err != nil || found {
		return c, false, err
	}
	code, err := k.Open(ctx, d.Repository)
	if err != nil {
		return c, false, err
	}
	defer code.Close() //nolint:errcheck // what was written is there
	tip, err := code.Commit(ctx, "refs/heads/"+d.Branch)
	if err != nil {
		return c, false, err
	}
	if d.Base != "" && tip != d.Base {
		return c, false, prentice.Errorf(prentice.Conflict, "%s of %s has moved from %.12s to %.12s", d.Branch, d.Repository, d.Base, tip).Try("look at it again")
	}
	base, err := code.Proposed(tip)
	if err != nil {
		return c, false, err
	}
	of := change.Commit{ID: tip, Tree: base.Tree, Parents: []string{tip}, Author: d.By.Name, Email: d.By.Name + "@localhost", Time: d.At}
	var id string
	if d.New != nil {
		id, err = code.Add(ctx, of, d.New, d.Free, d.Message, d.By.Name, d.At)
	} else {
		id, err = code.Amend(ctx, of, d.Path, d.Content, d.Message, d.By.Name, d.At)
	}
	if err != nil {
		return c, false, err
	}
	commit, err := code.Proposed(id)
	if err != nil {
		return c, false, err
	}
	list, err := k.take(ctx, code, change.Proposal{Repository: d.Repository, Branch: d.Branch, Tip: tip, Commits: []change.Commit{commit}, Topic: d.Topic, By: d.By})
	if err != nil {
		return c, false, err
	}
	return list[0].Change, list[0].New, nil
}
