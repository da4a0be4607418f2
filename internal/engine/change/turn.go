package change

import (
	"context"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Turned is what a change is to become.
type Turned struct {
	To     State
	From   []State // one of which it has to be
	Set    int     // the patch set that it has to be of; 0 is any
	Commit string  // of one that landed: the commit in the branch
	Why    string
	Silent bool // who turns it records and tells it themselves
}

// Turn makes a change stand otherwise. To one that stands so already nothing happens.
func (s *Store) Turn(ctx context.Context, now time.Time, number int64, by prentice.Actor, t Turned) (c Change, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err = s.TurnIn(tx, now, number, by, t)
		return err
	})
	return c, err
}

// TurnIn is Turn within the write of another, so that the one is not there without the other.
func (s *Store) TurnIn(tx *db.Tx, now time.Time, number int64, by prentice.Actor, t Turned) (Change, error) {
	c, err := find(tx.Query, number)
	switch {
	case err != nil:
		return c, err
	case c.State == t.To:
		return c, nil
	case !slices.Contains(t.From, c.State):
		return c, prentice.Errorf(prentice.Conflict, "%s is %s, and cannot become %s", c.Ref(), c.State, t.To).Try("look at it with: prentice change show %d", number)
	case t.Set > 0 && t.Set != c.PatchSet:
		return c, prentice.Errorf(prentice.Conflict, "%s has patch set %d by now, and this is of %d", c.Ref(), c.PatchSet, t.Set).Try("look at it again: prentice change show %d", number)
	}
	was := c.State
	c.State, c.Updated, c.Why, c.Ended = t.To, now, short(t.Why, mostTitle), time.Time{}
	if !c.Going() {
		c.Ended = now
	}
	if t.To == Landed {
		c.Landed = t.Commit
	}
	if err := keep(tx, c); err != nil {
		return c, err
	}
	if t.Silent {
		return c, nil
	}
	data := map[string]any{"was": was}
	if c.Landed != "" {
		data["commit"] = c.Landed
	}
	if t.Why != "" {
		data["reason"] = c.Why
	}
	kind := "change." + string(t.To)
	if t.To == Open {
		kind = "change.reopened"
	}
	return c, s.happened(tx, now, kind, itoa(c.PatchSet)+" "+now.UTC().Format(time.RFC3339Nano), c, by, data)
}
