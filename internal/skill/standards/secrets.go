package standards

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/team"
)

// secretsGiven gives the checks of a folder the secrets that who checks it names, and no
// others: the repository may be from anywhere. Where the team folder lies in it, that says
// nothing of where secrets come from.
func (d Deps) secretsGiven(in RunIn) func(context.Context, string) (string, error) {
	return func(ctx context.Context, name string) (string, error) {
		switch {
		case !slices.Contains(in.Secret, name):
			return "", prentice.Errorf(prentice.Refused, "no check gets one that is not given to it").Try("if you trust the steps of this repository with it: prentice check --secret %s", name)
		case d.Secret == nil:
			return "", unavailable("a secret")
		case d.TeamFolder != nil && inTeam(d.TeamFolder(), in.Dir):
			return "", prentice.Errorf(prentice.Refused, "the team folder lies in this repository, which could say itself where the secret comes from").Try("name another team folder with --team")
		}
		return d.Secret(ctx, name)
	}
}

// ofBranchAlone gives a change no secrets: who made it could read them.
func ofBranchAlone(context.Context, string) (string, error) {
	return "", prentice.Errorf(prentice.Refused, "a change gets none, since who made it could read them").Try("judge it by what needs no secret; the branch gets them when it has landed")
}

// secretOf gives secrets to the checks of what a branch holds.
func (k *Desk) secretOf(r team.Repository, protected func(context.Context) bool) func(context.Context, string) (string, error) {
	return func(ctx context.Context, name string) (string, error) {
		switch {
		case k.Server.Secret == nil:
			return "", prentice.Errorf(prentice.Unavailable, "no secrets are kept here")
		case !protected(ctx):
			return "", prentice.Errorf(prentice.Refused, "the branch has moved meanwhile").Try("it is judged anew as it is now")
		}
		return k.Server.Secret(ctx, r.Ref, name)
	}
}
