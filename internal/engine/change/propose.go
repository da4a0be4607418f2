package change

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Proposed is what became of one commit that was proposed.
type Proposed struct {
	Change   Change   `json:"change"`
	PatchSet PatchSet `json:"patch_set"`
	New      bool     `json:"new"`  // the change is
	Same     bool     `json:"same"` // the commit was there already
}

// Earlier are the changes of the repository that commits may be versions of, as they are
// now; for a caller who looks at what became of the content before it proposes.
func (s *Store) Earlier(ctx context.Context, p Proposal) ([]Move, error) {
	known, err := known(s.reader(ctx), p)
	if err != nil {
		return nil, err
	}
	return Plan(p, known)
}

// Propose opens changes for a line of commits, or takes them as the next versions of those
// that are there: all or none. Two who propose at once do so one after the other.
func (s *Store) Propose(ctx context.Context, now time.Time, p Proposal) (list []Proposed, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		list = nil
		known, err := known(tx.Query, p)
		if err != nil {
			return err
		}
		moves, err := Plan(p, known)
		if err != nil {
			return err
		}
		below := p.Below
		for _, m := range moves {
			one, err := s.move(tx, now, p, m, below)
			if err != nil {
				return err
			}
			below = one.Change.Number
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// known are the changes that a proposal may be about: those of its branch that can still
// land, and any with a key, a commit or the number that it names.
func known(read reader, p Proposal) ([]Known, error) {
	all, err := bodies[Change](read, `SELECT body FROM code_change WHERE repository = ? AND branch = ? AND state IN (?, ?) ORDER BY number`, p.Repository, p.Branch, string(Open), string(Queued))
	if err != nil {
		return nil, err
	}
	more := func(query string, args ...any) error {
		list, err := bodies[Change](read, query, args...)
		for _, c := range list {
			if !slices.ContainsFunc(all, func(o Change) bool { return o.Number == c.Number }) {
				all = append(all, c)
			}
		}
		return err
	}
	if p.Change > 0 {
		if err := more(`SELECT body FROM code_change WHERE number = ? AND repository = ?`, p.Change, p.Repository); err != nil {
			return nil, err
		}
	}
	for _, c := range p.Commits {
		if key := c.Key(); key != "" {
			if err := more(`SELECT body FROM code_change WHERE repository = ? AND branch = ? AND change_key = ?`, p.Repository, p.Branch, key); err != nil {
				return nil, err
			}
		}
		if err := more(`SELECT c.body FROM code_patch_set p JOIN code_change c ON c.number = p.number WHERE p.commit_id = ? AND c.repository = ? AND c.branch = ?`, c.ID, p.Repository, p.Branch); err != nil {
			return nil, err
		}
	}
	list := make([]Known, 0, len(all))
	for _, c := range all {
		sets, err := sets(read, c.Number)
		if err != nil {
			return nil, err
		}
		k := Known{Change: c}
		for _, p := range sets {
			k.Commits = append(k.Commits, p.Commit)
		}
		list = append(list, k)
	}
	return list, nil
}

func (s *Store) move(tx *db.Tx, now time.Time, p Proposal, m Move, below int64) (Proposed, error) {
	if m.Same > 0 {
		sets, err := sets(tx.Query, m.To.Number)
		if err != nil || len(sets) < m.Same {
			return Proposed{}, fmt.Errorf("read patch set %d of change %d: %w", m.Same, m.To.Number, err)
		}
		return Proposed{Change: m.To.Change, PatchSet: sets[m.Same-1], Same: true}, nil
	}
	c, out := Change{Repository: p.Repository, Branch: p.Branch, Owner: p.By.Ref(), State: Open, Opened: now}, Proposed{New: m.To == nil}
	if m.To != nil {
		c = m.To.Change
	} else {
		number, err := tx.Next("change")
		if err != nil {
			return out, err
		}
		c.Number = number
	}
	set := PatchSet{
		Change: c.Number, Number: c.PatchSet + 1, Commit: m.Commit.ID, Base: p.Tip, Author: short(m.Commit.Author, mostTitle), Addresses: m.Commit.Addresses(),
		Message: short(m.Commit.Message, mostText), What: First, By: p.By.Ref(), People: prentice.JoinPeople(p.By.People(), p.Wrote), At: now,
	}
	if len(m.Commit.Parents) > 0 {
		set.Base = m.Commit.Parents[0]
	}
	if m.To != nil {
		if set.What = p.What[Pair{c.Commit, m.Commit.ID}]; set.What == "" {
			set.What = New
		}
	}
	if c.Key == "" {
		c.Key = m.Commit.Key()
	}
	if p.Topic != "" {
		c.Topic = p.Topic
	}
	c.Title, c.Says, c.Commit, c.PatchSet, c.Below, c.State, c.Updated = short(m.Commit.Title(), mostTitle), short(m.Commit.Says(), mostText), m.Commit.ID, set.Number, below, Open, now
	if err := keep(tx, c); err != nil {
		return out, err
	}
	if _, err := tx.Exec(`INSERT INTO code_patch_set (number, patch_set, commit_id, body) VALUES (?, ?, ?, ?)`, c.Number, set.Number, set.Commit, text(set)); err != nil {
		return out, err
	}
	kind := "change.updated"
	if out.New {
		kind = "change.opened"
	}
	out.Change, out.PatchSet = c, set
	return out, s.happened(tx, now, kind, itoa(set.Number), c, p.By, map[string]any{"commit": set.Commit, "what": set.What})
}
