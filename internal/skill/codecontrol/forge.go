package codecontrol

import (
	"context"

	"prentice"
	"prentice/internal/engine/forge"
)

// Forge is a repository on a forge, as far as it is needed here.
type Forge interface {
	Pulls(ctx context.Context) ([]forge.Pull, error)
	Pull(ctx context.Context, number int64) (forge.Pull, error)
	SetStatus(ctx context.Context, commit string, s forge.Status) error
	// Comment keeps the one comment of ours in a pull request, and says which it is.
	Comment(ctx context.Context, pull int64, known, text string) (id string, err error)
	// Landed makes the forge say that a pull request is merged; at last, that it is closed.
	Landed(ctx context.Context, pull int64, commit string, last bool) (done bool, err error)
}

// Far moves refs of repositories elsewhere, and fetches them.
type Far interface {
	Bring(ctx context.Context, name string, from forge.Remote, prune bool, what ...string) error
	// Send makes a ref there name a commit, if it names the one before; "" is whatever.
	Send(ctx context.Context, name string, to forge.Remote, ref, before, commit string) error
	Far(ctx context.Context, name string, at forge.Remote, ref string) (commit string, err error)
}

// Forges are what repositories on forges need. Without Open there are none.
type Forges struct {
	Open func(p forge.Place, token string) (Forge, error)
	// Page is the address of a page of ours.
	Page func(path string) string
}

// forging says whether repositories on forges are gated here.
func (k *Desk) forging() error {
	if err := k.there(); err != nil {
		return err
	}
	if k.Forges.Open == nil || k.Secret == nil || k.Changes == nil || k.Queue.Open == nil {
		return prentice.Errorf(prentice.Unavailable, "no repository of a forge is gated here").Try("start prentice: prentice up")
	}
	return nil
}

// openForge is a forge for the bearer of its token, and where git finds the repository.
func (k *Desk) openForge(ctx context.Context, g gated) (Forge, forge.Remote, error) {
	token, err := k.Secret(ctx, g.Secret)
	if err != nil {
		return nil, forge.Remote{}, err
	}
	f, err := k.Forges.Open(g.Place, token)
	return f, g.Remote(token), err
}

// page is the address of a page of ours, for people elsewhere.
func (k *Desk) page(path string) string {
	if k.Forges.Page == nil {
		return ""
	}
	return k.Forges.Page(path)
}
