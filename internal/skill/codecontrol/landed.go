package codecontrol

import (
	"context"
	"fmt"
	"time"

	"prentice"
)

// WasIn is a change that came into the branch of a repository.
type WasIn struct {
	Change int64
	Title  string
	Commit string    // with which it is in the branch
	First  time.Time // when its first patch set came; zero is not known
	Landed time.Time
	Checks []int64 // the attempts that were made with the tree that landed
}

// mostLanded is how many landings are looked back at.
const mostLanded = 2000

// Landings are the changes that came into the branch of a repository that counts, the last
// first. A repository that is not kept here has none.
func (k *Desk) Landings(ctx context.Context, repository string) ([]WasIn, error) {
	h, err := k.Repository(ctx, repository)
	if prentice.KindOf(err) == prentice.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	gone, err := k.pastBy(ctx, `WHERE lane = ? AND what = ? ORDER BY number DESC LIMIT ?`, laneName(h.Name, h.Branch), WasLanded, mostLanded)
	if err != nil {
		return nil, fmt.Errorf("what landed in %s: %w", repository, err)
	}
	list := make([]WasIn, 0, len(gone))
	for _, g := range gone {
		one := WasIn{Change: g.Change, Title: g.Title, Commit: g.Commit, Landed: g.At, Checks: g.Checks}
		if k.Changes != nil {
			sets, err := k.Changes.Sets(ctx, g.Change)
			if err != nil {
				return nil, err
			}
			if len(sets) > 0 {
				one.First = sets[0].At
			}
		}
		list = append(list, one)
	}
	return list, nil
}
