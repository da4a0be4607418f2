package standards

import (
	"context"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// Server is what a server needs to check the repositories of its catalog.
type Server struct {
	DB      *db.DB
	Catalog func() *team.Catalog
	// Below opens the repository at a path below the folder of repositories.
	Below func(ctx context.Context, path string) (Repository, error)
	// Folder is where a repository keeps caches and what its checks brought back,
	// by its name. Nil keeps nothing.
	Folder func(repository string) string
	// Secret gives a secret to a check of what the branch of a repository holds. Nil gives none.
	Secret func(ctx context.Context, repository prentice.Ref, name string) (string, error)
	Claims Claims
	// Change says whether a change may land, for which repository and as which commit. Nil knows of none.
	Change func(ctx context.Context, by prentice.Actor, ref string) (a claims.Answer, repository prentice.Ref, commit, what string, err error)
	Log    *slog.Logger
}

// Claims keeps what is claimed of repositories, and the verdicts on it.
type Claims interface {
	DeclareAbout(ctx context.Context, now time.Time, kind string, about prentice.Ref, list []claims.Claim) error
	Abouts(ctx context.Context, kind string) ([]prentice.Ref, error)
	Follow(ctx context.Context, list []claims.Verdict) error
	List(ctx context.Context, now time.Time, f claims.Filter) ([]claims.Standing, error)
}

// Desk checks the repositories of the catalog: those that are asked for, and each whose
// branch has moved, one after another in each of two lanes. All that it knows is in the
// database.
type Desk struct {
	Deps
	*Server
	wake map[lane]chan struct{}
	busy chan struct{} // holds those who look at a repository to answer someone
}

// Ring says that there may be something to do. It does not wait.
func (k *Desk) Ring() {
	for _, wake := range k.wake {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// newDesk is a desk; without a server it refuses all that is asked of it.
func newDesk(d Deps) *Desk {
	return &Desk{Deps: d, Server: d.Server, wake: map[lane]chan struct{}{quickLane: make(chan struct{}, 1), slowLane: make(chan struct{}, 1)}, busy: make(chan struct{}, 2)}
}

// there says whether there is a server behind it.
func (k *Desk) there() error {
	if k.Server == nil {
		return prentice.Errorf(prentice.Unavailable, "no repositories are known here").Try("start prentice, or check the folder that you are in: prentice check")
	}
	return nil
}

// repository is the one of a name in the catalog.
func (k *Desk) repository(name string) (team.Repository, error) {
	if err := k.there(); err != nil {
		return team.Repository{}, err
	}
	return k.Catalog().Repository(name)
}
