package boot

import (
	"context"
	"os"
	"path"
	"path/filepath"

	"prentice/internal/adapter/advisories"
	"prentice/internal/adapter/checkrun"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/modcache"
	"prentice/internal/adapter/system"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/skill/security"
	"prentice/internal/team"
)

// supplyHere is what this machine knows of what repositories are built from, and what a
// team asks of it.
func supplyHere(team func(*check.Tree) (*dependency.Policy, error)) security.Supply {
	return security.Supply{
		Team:   team,
		Reach:  new(checkrun.Desk).Reach,
		System: system.Open,
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

// askedIn is what the team of a folder asks. Where the folder lies in the repository itself
// it is read from the tree that rules come from, so that no change asks less of itself.
func askedIn(dir func() string) func(*check.Tree) (*dependency.Policy, error) {
	return func(t *check.Tree) (*dependency.Policy, error) {
		if at, own := within(t.Top, dir()); own {
			p, err := dependency.PolicyOf(t, path.Join(at, dependency.TeamFile))
			return &p, err
		}
		return security.DependencyFile.Read(dir())
	}
}

// within is where a folder lies in another.
func within(top, dir string) (at string, in bool) {
	if top == "" || dir == "" {
		return "", false
	}
	top, err := filepath.EvalSymlinks(top)
	if err != nil {
		return "", false
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", false
	}
	if plain, err := filepath.EvalSymlinks(dir); err == nil {
		dir = plain
	}
	at, err = filepath.Rel(top, dir)
	if err != nil || !filepath.IsLocal(at) {
		return "", false
	}
	return filepath.ToSlash(at), true
}

// asked is what the team of a server asks of the dependencies of every repository.
func (s *System) asked(*check.Tree) (*dependency.Policy, error) {
	return team.Of(s.Team.now.Load().said, security.DependencyFile), nil
}
