package boot

import (
	"context"
	"os"

	"prentice/internal/adapter/advisories"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/modcache"
	"prentice/internal/engine/check"
	"prentice/internal/skill/security"
)

// supplyHere is what this machine knows of what repositories are built from.
func supplyHere() security.Supply {
	return security.Supply{
		Shelf:  advisories.Shelf{Dir: advisories.Here(os.Getenv)},
		Module: modcache.Here(os.Getenv).Module,
		Tree: func(ctx context.Context, dir string) (*check.Tree, func() error, error) {
			if dir == "" {
				dir = "."
			}
			repo, err := git.Open(ctx, dir)
			if err != nil {
				return nil, nil, err
			}
			t, err := repo.Tree(ctx)
			if err != nil {
				repo.Close() //nolint:errcheck // the first error says it all
				return nil, nil, err
			}
			repo.Sizes(t.Files)
			return t, repo.Close, nil
		},
	}
}
