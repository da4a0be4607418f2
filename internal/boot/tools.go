package boot

import (
	"context"
	"os"

	"prentice/internal/adapter/git"
	"prentice/internal/adapter/toolchain"
	"prentice/internal/engine/check"
	toolsof "prentice/internal/skill/tools"
	"prentice/internal/team"
)

// toolsHere are the tools of folders of this machine.
func toolsHere() toolsof.Deps {
	return toolsof.Deps{
		Machine: toolchain.ThisMachine(),
		Shelf:   toolchain.EndsHere(os.Getenv),
		Open: func(ctx context.Context, dir string) (toolsof.Repository, error) {
			return git.Open(ctx, dir)
		},
	}
}

// tools are those of the repositories of the catalog.
func (s *System) tools() toolsof.Deps {
	return toolsof.Deps{Shelf: toolchain.EndsHere(os.Getenv), Catalog: s.catalog, At: s.toolsAt}
}

// toolsAt is the content of the branch that counts, or no tree where its commit is the one of
// before.
func (s *System) toolsAt(ctx context.Context, r team.Repository, before string) (*check.Tree, string, func() error, error) {
	repo, err := git.Below(ctx, s.Settings.Repositories, r.Git)
	if err != nil {
		return nil, "", nil, err
	}
	commit, err := repo.Commit(ctx, "refs/heads/"+r.Branch)
	if err == nil && commit == before {
		return nil, commit, repo.Close, nil
	}
	var t *check.Tree
	if err == nil {
		t, err = repo.At(ctx, commit)
	}
	if err != nil {
		repo.Close() //nolint:errcheck // the first error says it all
		return nil, "", nil, err
	}
	return t, commit, repo.Close, nil
}
