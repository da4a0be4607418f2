package boot

import (
	"context"

	"prentice/internal/adapter/git"
	"prentice/internal/adapter/verdictfile"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/skill/standards"
)

// checksHere is what checks of repositories on this machine need.
func checksHere(dir func() string, kinds func() []check.Kind) standards.Deps {
	return standards.Deps{
		Team:       func() ([]standard.File, error) { return standard.InFolder(dir()) },
		TeamFolder: dir,
		Kinds:      kinds,
		Open:       func(ctx context.Context, dir string) (standards.Repository, error) { return git.Open(ctx, dir) },
		Keep:       func(dir string) check.Keeper { return &verdictfile.File{Dir: dir} },
	}
}
