package codecontrol

import (
	"context"
	"slices"

	"prentice/internal/engine/change"
)

// Outside says whether a change is of someone who is not of the team, or comes from the fork
// of a repository: what it brings is not to be trusted with secrets.
func (k *Desk) Outside(ctx context.Context, c change.Change) (bool, error) {
	if p, err := k.pullOf(ctx, c.Number); err != nil {
		return true, err
	} else if p != nil && p.Fork {
		return true, nil
	}
	if k.Members == nil {
		return true, nil
	}
	members, err := k.members(ctx, c.Repository)
	if err != nil {
		return true, err
	}
	return !slices.ContainsFunc(members, func(m Member) bool { return m.Person == c.Owner }), nil
}
