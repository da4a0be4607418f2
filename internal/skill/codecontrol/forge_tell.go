package codecontrol

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/forge"
)

// How long a change is looked at in each turn after something happened to it, how often
// after that, and how long a forge is given to see by itself that something landed.
const (
	lively    = 24 * time.Hour
	lookAgain = time.Hour
	seesLate  = 10 * time.Minute
)

// tellPull says on the forge how a pull request stands, if that is not what was said last.
// What is said is the same when it is said twice: a process that ends between a status and
// the comment leaves nothing that the next does not put right.
func (k *Desk) tellPull(ctx context.Context, g *gated, f Forge, one pulled) error {
	if one.Change == 0 || one.Shown && !one.Open {
		return nil
	}
	now := k.now()
	c, err := k.Changes.Find(ctx, one.Change)
	if err != nil {
		return err
	}
	if one.Told != "" && (!one.Open || now.Sub(c.Updated) > lively && now.Sub(one.Looked) < lookAgain) {
		return k.showLanded(ctx, g, f, c, one)
	}
	s, err := k.standing(ctx, c, one)
	if err != nil {
		return err
	}
	statuses, text := s.Statuses(), s.Comment()
	all, err := json.Marshal([]any{statuses, text, one.Head})
	if err != nil {
		return err
	}
	if digest := prentice.Digest(all); digest != one.Told {
		for _, status := range statuses {
			if err := f.SetStatus(ctx, one.Head, status); err != nil && prentice.KindOf(err) != prentice.NotFound { // its commit may be gone with its branch
				return err
			}
		}
		k.saw(fmt.Sprintf("between the statuses and the comment of pull request %d", one.Pull))
		if one.Comment, err = f.Comment(ctx, one.Pull, one.Comment, text); err != nil && prentice.KindOf(err) != prentice.NotFound {
			return err
		}
		one.Told = digest
	}
	one.Looked = now
	if err := k.keepPull(ctx, g.Repository, one); err != nil {
		return err
	}
	return k.showLanded(ctx, g, f, c, one)
}

// standing is how a change stands, for the forge.
func (k *Desk) standing(ctx context.Context, c change.Change, one pulled) (forge.Standing, error) {
	s := forge.Standing{Change: c.Number, State: string(c.State), Set: c.PatchSet, Landed: c.Landed, Fork: one.Fork, Branch: c.Branch, Link: k.page(fmt.Sprintf("/changes/%d", c.Number))}
	if !c.Going() {
		return s, nil
	}
	l, err := k.MayLand(ctx, prentice.Prentice("forge"), c.Number)
	if prentice.KindOf(err) == prentice.Invalid { // what the branch asks for cannot be read
		s.Lacks = []string{change.ClaimApproved}
		return s, nil
	}
	if err != nil {
		return s, err
	}
	for _, n := range l.Missing {
		if n.Truth == prentice.Fail {
			s.Lacks = append(s.Lacks, n.Claim)
		} else {
			s.Asked = append(s.Asked, n.Claim)
		}
	}
	rows, err := k.goneOf(ctx, c.Number)
	if err == nil && len(rows) > 0 && rows[0].What != WasLanded && rows[0].PatchSet == c.PatchSet {
		s.Left = rows[0].Says
	}
	return s, err
}

// showLanded has the forge show that a pull request landed. Some see it by themselves, a
// moment later; in the end it is closed. The change is as it was told: one that landed since
// is told of first, in the next turn, for a closed one is not told of again.
func (k *Desk) showLanded(ctx context.Context, g *gated, f Forge, told change.Change, one pulled) error {
	if one.Shown || told.State != change.Landed {
		return nil
	}
	var err error
	if one.Shown, err = f.Landed(ctx, one.Pull, told.Landed, k.now().Sub(told.Ended) > seesLate); err != nil && prentice.KindOf(err) != prentice.NotFound {
		return err
	}
	if !one.Shown {
		return nil
	}
	one.Open = false
	return k.keepPull(ctx, g.Repository, one)
}

// pullShown is the pull request of a change, for those who look at it; nil where it has none.
func (k *Desk) pullShown(ctx context.Context, repository string, number int64) (*PullLine, error) {
	one, err := k.pullOf(ctx, number)
	if err != nil || one == nil {
		return nil, err
	}
	g, err := k.gate(ctx, repository)
	if err != nil || g == nil {
		return nil, err
	}
	l := lineOfPull(*g, *one)
	return &l, nil
}
