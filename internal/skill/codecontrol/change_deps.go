package codecontrol

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/diff"
)

// Code is a repository as changes need it.
type Code interface {
	Line(ctx context.Context, branch, head string, most int) (list []change.Commit, tip string, err error)
	Proposed(id string) (change.Commit, error)
	Became(ctx context.Context, was, is string) (string, error)
	Compare(ctx context.Context, from, to string, around int, most diff.Limits, paths ...string) (files []diff.File, more int, err error)
	File(ctx context.Context, commit, path string, most int64) ([]byte, error)
	Commit(ctx context.Context, name string) (string, error)
	SetPatchSet(ctx context.Context, ref, commit string) error
	Amend(ctx context.Context, of change.Commit, path string, content []byte, message, by string, at time.Time) (string, error)
	Add(ctx context.Context, of change.Commit, files map[string][]byte, free []string, message, by string, at time.Time) (string, error)
	Whole(ctx context.Context, commits []string) ([]check.Commit, error)
	Close() error
}

// Member is someone of the team, as far as review is concerned.
type Member struct {
	Person    prentice.Ref
	Groups    []prentice.Ref
	Approves  bool // has the role for the repository
	Addresses []string
}

// Review is what changes need beside the repositories. Each may be nil.
type Review struct {
	Changes *change.Store
	Open    func(ctx context.Context, repository string) (Code, error)
	// Members are the team, with who approves changes of a repository.
	Members func(ctx context.Context, repository string) ([]Member, error)
	// Checks says what the checks of a commit want and have; nil asks for none, and is shown as unknown.
	Checks func(ctx context.Context, by prentice.Actor, repository, commit string) (claims.Answer, error)
	// Judge has a commit checked, or the branch that counts with ""; nil leaves that to people.
	Judge func(ctx context.Context, repository, commit string) error
	// Enqueue puts a change into the queue, and says how it stands there.
	Enqueue func(ctx context.Context, by prentice.Actor, c change.Change) (says string, err error)
}

// reviews says whether changes are kept here.
func (k *Desk) reviews() error {
	if k.Changes == nil || k.Open == nil {
		return prentice.Errorf(prentice.Unavailable, "no changes are kept here").Try("start prentice: prentice up")
	}
	return nil
}
