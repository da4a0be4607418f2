package build

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

type createIn struct {
	Service   string   `json:"service" arg:"1" of:"service" maxLength:"100" doc:"The service."`
	Version   string   `json:"version" arg:"2" maxLength:"60" example:"1.4.2" doc:"The version, which the service has once."`
	Artifact  []string `json:"artifact,omitempty" maxItems:"20" doc:"An artefact of the service by its digest, of which the first is deployed; without it the newest that was made from the revision."`
	Revision  string   `json:"revision,omitempty" maxLength:"200" doc:"The commit that was released, where no artefact is named."`
	Notes     string   `json:"notes,omitempty" file:"maybe" maxLength:"65536" doc:"Notes for people, as text or the name of a Markdown file; without them they are drafted of the changes."`
	Migration string   `json:"migration,omitempty" enum:"expand,contract,irreversible" doc:"What it does to the data: expand leaves the version before working, contract does not, irreversible cannot be taken back."`
}

type releaseIn struct {
	Release string `json:"release" arg:"1" maxLength:"170" example:"shop@1.4.2" doc:"The release: service and version, such as shop@1.4.2."`
}

type releasesIn struct {
	Service string `json:"service,omitempty" arg:"1" of:"service" maxLength:"100" doc:"Only those of this service."`
	Limit   int    `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500" doc:"How many at most."`
}

type notesIn struct {
	releaseIn
	Notes     string `json:"notes,omitempty" file:"maybe" maxLength:"65536" doc:"The notes as they are to be, as text or the name of a Markdown file; without it the drafted ones are made anew."`
	Migration string `json:"migration,omitempty" enum:"none,expand,contract,irreversible" doc:"What it does to the data."`
}

func (k *Desk) releaseOps() []op.Op {
	return []op.Op{
		op.About(op.New("release.create", prentice.Change, prentice.Operator, "Make a release of a service: a version, what it consists of, and what changed.", k.create), func(_ context.Context, in createIn) ([]prentice.Ref, error) {
			return []prentice.Ref{prentice.NewRef("service", in.Service)}, nil
		}).
			WithExample("prentice release create shop 1.4.2 --revision main").WithEvidence().
			WithHelp("The changes are those that landed since the release before it. Notes are drafted from their titles, for a person to edit; after the first deployment nothing of a release changes any more."),
		op.New("release.list", prentice.Look, prentice.Viewer, "List releases, the newest first, and where each is.", k.list).
			WithExample("prentice release list shop"),
		op.New("release.show", prentice.Look, prentice.Viewer, "Show a release: what it consists of, what changed, and its way from place to place.", k.show).
			WithExample("prentice release show shop@1.4.2"),
		op.About(op.New("release.notes", prentice.Change, prentice.Operator, "Edit the notes of a release that was not deployed yet.", k.notes), func(_ context.Context, in notesIn) ([]prentice.Ref, error) {
			service, _, err := release.Split(in.Release)
			return []prentice.Ref{prentice.NewRef("service", service)}, err
		}).
			WithExample("prentice release notes shop@1.4.2 --notes 'Gift cards, and totals that are right.'").WithEvidence(),
	}
}

// create makes a release.
func (k *Desk) create(ctx context.Context, c op.Call, in createIn) (ReleaseShown, error) {
	service, err := k.service(in.Service)
	if err != nil {
		return ReleaseShown{}, err
	}
	if err := release.CheckVersion(in.Version); err != nil {
		return ReleaseShown{}, err
	}
	r := release.Release{Service: service, Version: in.Version, Repository: k.rules().Repository(service), Migration: release.Migration(in.Migration), Notes: in.Notes, By: c.Actor.Ref()}
	if err := k.consists(ctx, &r, in); err != nil {
		return ReleaseShown{}, err
	}
	before, err := k.Releases.Releases(ctx, service, 1)
	if err != nil {
		return ReleaseShown{}, err
	}
	if err := k.changed(ctx, &r, before); err != nil {
		return ReleaseShown{}, err
	}
	if r.Notes == "" {
		r.Notes, r.Drafted = release.Draft(r.Changes), true
	}
	if r, err = k.Releases.Create(ctx, c.Now, r); err != nil {
		return ReleaseShown{}, err
	}
	return k.shown(ctx, r)
}

// consists finds what a release consists of. All of it is of the service, and of one
// revision.
func (k *Desk) consists(ctx context.Context, r *release.Release, in createIn) error {
	if len(in.Artifact) == 0 {
		if in.Revision == "" {
			return prentice.Errorf(prentice.Invalid, "say what is released: an artefact, or the revision that one was made from").Try("prentice release create %s %s --revision main", r.Service, r.Version)
		}
		commit, err := k.Code.Commit(ctx, r.Repository, in.Revision)
		if err != nil {
			return err
		}
		made, err := k.Artifacts.Of(ctx, r.Service, commit, most)
		if err != nil {
			return err
		}
		made = slices.DeleteFunc(made, func(a artifact.Artifact) bool { return !a.Gone.IsZero() })
		if len(made) == 0 {
			return prentice.Errorf(prentice.NotFound, "nothing that was made from %.12s is kept of %s", commit, r.Service).Try("add it: prentice artifact add FILE --service %s --revision %.12s", r.Service, commit)
		}
		r.Artifacts, r.Revision = []string{made[0].Digest}, commit
		return k.stillPassed(ctx, made[0])
	}
	for _, name := range in.Artifact {
		a, err := k.Artifacts.Find(ctx, name)
		if err != nil {
			return err
		}
		switch {
		case a.Service != r.Service:
			return prentice.Errorf(prentice.Invalid, "%s is of service/%s, and the release of service/%s", a.Ref(), a.Service, r.Service).Try("list those of the service: prentice artifact list %s", r.Service)
		case !a.Gone.IsZero():
			return prentice.Errorf(prentice.Conflict, "the bytes of %s are not kept any more", a.Ref()).Try("add the file again: prentice artifact add FILE --service %s --revision %.12s", a.Service, a.Revision)
		case r.Revision != "" && a.Revision != r.Revision:
			return prentice.Errorf(prentice.Invalid, "%s was made from %.12s, and the one before it from %.12s: a release is of one revision", a.Ref(), a.Revision, r.Revision).Try("name artefacts of one revision")
		}
		if err := k.stillPassed(ctx, a); err != nil {
			return err
		}
		r.Artifacts, r.Revision = append(r.Artifacts, a.Digest), a.Revision
	}
	return nil
}

// stillPassed refuses an artefact whose check does not hold on its commit.
func (k *Desk) stillPassed(ctx context.Context, a artifact.Artifact) error {
	if a.Check == "" {
		return nil
	}
	return k.Code.Passed(ctx, a.Repository, a.Revision, a.Check)
}

// changed finds what landed since the release before.
func (k *Desk) changed(ctx context.Context, r *release.Release, before []release.Release) error {
	r.Changes = []release.Change{}
	landed, err := k.Code.Landed(ctx, r.Repository)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(landed, func(l Landed) bool { return l.Commit == r.Revision })
	if at < 0 {
		r.Unknown = fmt.Sprintf("%.12s did not land by the queue of %s", r.Revision, r.Repository)
		return nil
	}
	from := len(landed)
	if len(before) > 0 {
		r.Before = before[0].Version
		if before[0].Revision == r.Revision {
			return nil
		}
		if from = slices.IndexFunc(landed, func(l Landed) bool { return l.Commit == before[0].Revision }); from < 0 {
			r.Unknown = fmt.Sprintf("the revision of %s before it, %.12s, did not land by the queue of %s", before[0].Name(), before[0].Revision, r.Repository)
			return nil
		}
	}
	if from < at {
		r.Unknown = fmt.Sprintf("it is older than %s, the release before it", before[0].Name())
		return nil
	}
	for _, l := range landed[at:from] {
		r.Changes = append(r.Changes, l.Change)
	}
	slices.Reverse(r.Changes)
	return nil
}

func (k *Desk) list(ctx context.Context, c op.Call, in releasesIn) (Releases, error) {
	if err := k.there(); err != nil {
		return Releases{}, err
	}
	list, err := k.Releases.Releases(ctx, in.Service, in.Limit)
	if err != nil {
		return Releases{}, err
	}
	deployments, err := k.Releases.Deployments(ctx, release.Filter{Service: in.Service})
	if err != nil {
		return Releases{}, err
	}
	standing := release.StandingsAt(deployments, c.Now)
	out := Releases{Releases: []ReleaseOut{}}
	for _, r := range list {
		one := ReleaseOut{Release: r, Ref: r.Ref()}
		for _, s := range standing {
			if s.Service == r.Service && s.Runs == r.Version {
				one.Places = append(one.Places, s.Place)
			}
		}
		out.Releases = append(out.Releases, one)
	}
	return out, nil
}

func (k *Desk) find(ctx context.Context, name string) (release.Release, error) {
	if err := k.there(); err != nil {
		return release.Release{}, err
	}
	service, version, err := release.Split(name)
	if err != nil {
		return release.Release{}, err
	}
	return k.Releases.Find(ctx, service, version)
}

func (k *Desk) show(ctx context.Context, _ op.Call, in releaseIn) (ReleaseShown, error) {
	r, err := k.find(ctx, in.Release)
	if err != nil {
		return ReleaseShown{}, err
	}
	return k.shown(ctx, r)
}

// shown is a release with its way.
func (k *Desk) shown(ctx context.Context, r release.Release) (ReleaseShown, error) {
	out := ReleaseShown{ReleaseOut: ReleaseOut{Release: r, Ref: r.Ref()}, Way: []Stop{}, Artefacts: []ArtifactOut{}}
	for _, digest := range r.Artifacts {
		a, err := k.Artifacts.Find(ctx, digest)
		if err != nil {
			return out, err
		}
		out.Artefacts = append(out.Artefacts, ArtifactOut{Artifact: a, Ref: a.Ref()})
	}
	list, err := k.Releases.Deployments(ctx, release.Filter{Service: r.Service})
	if err != nil {
		return out, err
	}
	standing := release.StandingsAt(list, k.Clock())
	for _, place := range k.places(list) {
		stop := Stop{Place: place}
		for _, s := range standing {
			if s.Place == place {
				stop.Runs, stop.Uncertain = s.Runs, s.Uncertain
			}
		}
		stop.Here = stop.Runs == r.Version
		for _, d := range list {
			if d.Place == place && d.Version == r.Version {
				stop.Deployments = append(stop.Deployments, deploymentOut(d))
			}
		}
		if stop.Here {
			out.Places = append(out.Places, place)
		}
		out.Way = append(out.Way, stop)
	}
	return out, nil
}

// places are those of the team's file in their order, and others that once were there.
func (k *Desk) places(list []release.Deployment) (names []string) {
	if rules := k.rules(); rules != nil {
		for _, p := range rules.Places {
			names = append(names, p.Name)
		}
	}
	for _, d := range slices.Backward(list) {
		if !slices.Contains(names, d.Place) {
			names = append(names, d.Place)
		}
	}
	return names
}

// notes edits a release.
func (k *Desk) notes(ctx context.Context, c op.Call, in notesIn) (ReleaseShown, error) {
	r, err := k.find(ctx, in.Release)
	if err != nil {
		return ReleaseShown{}, err
	}
	r, err = k.Releases.Edit(ctx, c.Now, r.Service, r.Version, c.Actor.Ref(), func(r *release.Release) {
		switch {
		case in.Notes != "":
			r.Notes, r.Drafted = in.Notes, false
		case in.Migration == "":
			r.Notes, r.Drafted = release.Draft(r.Changes), true
		}
		if in.Migration != "" {
			r.Migration = release.Migration(strings.TrimPrefix(in.Migration, "none"))
		}
	})
	if err != nil {
		return ReleaseShown{}, err
	}
	return k.shown(ctx, r)
}
