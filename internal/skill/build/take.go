package build

import (
	"context"
	"path"
	"slices"

	"prentice/internal/engine/artifact"
	"prentice/internal/op"
)

type takeIn struct {
	Check    string `json:"check" arg:"1" maxLength:"100" example:"build" doc:"The check of the repository that made it."`
	File     string `json:"file" arg:"2" maxLength:"500" example:"dist/shop" doc:"The file, as the check names it in its artifacts."`
	Service  string `json:"service" of:"service" maxLength:"100" doc:"The service that it is of."`
	Revision string `json:"revision" maxLength:"200" example:"main" doc:"The commit that was checked, or a branch or tag at it."`
}

// take keeps what a check made. It is of the very content that the commit has: prentice
// performed the check on it, and the check holds.
func (k *Desk) take(ctx context.Context, c op.Call, in takeIn) (ArtifactOut, error) {
	service, err := k.service(in.Service)
	if err != nil {
		return ArtifactOut{}, err
	}
	a := artifact.Artifact{Service: service, Repository: k.rules().Repository(service), Kind: artifact.File, Name: path.Base(in.File), Check: in.Check, By: c.Actor.Ref()}
	if err := artifact.CheckName(a.Name); err != nil {
		return ArtifactOut{}, err
	}
	if err := k.madeFrom(ctx, &a, in.Revision); err != nil {
		return ArtifactOut{}, err
	}
	if err := k.Code.Passed(ctx, a.Repository, a.Revision, in.Check); err != nil {
		return ArtifactOut{}, err
	}
	made, images, err := k.Code.Made(ctx, a.Repository, a.Revision, in.Check, in.File)
	if err != nil {
		return ArtifactOut{}, err
	}
	defer made.Close() //nolint:errcheck // it was only read
	if a.Digest, a.Size, err = k.Artifacts.Content.Take(made, ""); err != nil {
		return ArtifactOut{}, err
	}
	a.Images = images
	return k.keep(ctx, c, a)
}

// madeFrom finds the commit that an artefact was made from, and the checks with which that
// landed.
func (k *Desk) madeFrom(ctx context.Context, a *artifact.Artifact, revision string) (err error) {
	if a.Revision, err = k.Code.Commit(ctx, a.Repository, revision); err != nil {
		return err
	}
	landed, err := k.Code.Landed(ctx, a.Repository)
	if i := slices.IndexFunc(landed, func(l Landed) bool { return l.Commit == a.Revision }); err == nil && i >= 0 {
		a.Checks = landed[i].Checks
	}
	return err
}
