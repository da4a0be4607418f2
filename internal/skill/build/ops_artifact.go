package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

type addIn struct {
	File     string `json:"file,omitempty" arg:"1" sent:"true" maxLength:"71" doc:"The file that was built; a program names the digest of the bytes that it has sent to PUT /v1/content."`
	Name     string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called."`
	Image    string `json:"image,omitempty" maxLength:"400" example:"registry.example/shop@sha256:…" doc:"An image by its digest, in place of a file."`
	Service  string `json:"service" of:"service" maxLength:"100" doc:"The service that it is of."`
	Revision string `json:"revision" maxLength:"200" doc:"The commit that it was built from, or a branch or tag at it."`
}

type artifactsIn struct {
	Service string `json:"service,omitempty" arg:"1" of:"service" maxLength:"100" doc:"Only those of this service."`
	Limit   int    `json:"limit,omitempty" default:"50" minimum:"1" maximum:"500" doc:"How many at most."`
}

type artifactIn struct {
	Artifact string `json:"artifact" arg:"1" maxLength:"100" example:"3f2a9c1e" doc:"The artefact: its digest, or at least the first 8 digits of it."`
}

func (k *Desk) artifactOps() []op.Op {
	return []op.Op{
		op.About(op.New("artifact.add", prentice.Change, prentice.Operator, "Keep what a build made, by its digest, with its signed provenance.", k.add), func(_ context.Context, in addIn) ([]prentice.Ref, error) {
			return []prentice.Ref{prentice.NewRef("service", in.Service)}, nil
		}).
			WithExample("prentice artifact add dist/shop --service shop --revision main").WithEvidence().
			WithHelp("The bytes are kept once, however often they are added. What is signed says which commit of the service's repository it was made from, which checks that commit had when it landed, and who added it; prentice did not see the build itself, and does not say that it did. The bill of materials of the commit is kept beside it.\n\nAn image stays in its registry: --image names it by its digest, and never by a tag alone."),
		op.About(op.New("artifact.take", prentice.Change, prentice.Operator, "Keep what a check of a revision made, by its digest, with its signed provenance.", k.take), func(_ context.Context, in takeIn) ([]prentice.Ref, error) {
			return []prentice.Ref{prentice.NewRef("service", in.Service)}, nil
		}).
			WithExample("prentice artifact take build dist/shop --service shop --revision main").WithEvidence().
			WithHelp("The check must hold on the revision, and name the file in its artifacts. What is signed says which check made it and with which images: prentice performed that itself, in its sandbox. What checks make is kept for a week before it is taken."),
		op.New("artifact.list", prentice.Look, prentice.Viewer, "List what builds made, the newest first.", k.artifacts).
			WithExample("prentice artifact list shop"),
		op.New("artifact.show", prentice.Look, prentice.Viewer, "Show an artefact: from what it was made, and in which releases it is.", k.artifactShow).
			WithExample("prentice artifact show 3f2a9c1e"),
		op.New("artifact.verify", prentice.Look, prentice.Viewer, "Read an artefact again, and prove its digest and its provenance.", k.verify).
			WithExample("prentice artifact verify 3f2a9c1e").
			WithHelp("The exit code is 0 where all of it holds and 9 where it does not."),
	}
}

// add keeps one.
func (k *Desk) add(ctx context.Context, c op.Call, in addIn) (ArtifactOut, error) {
	service, err := k.service(in.Service)
	if err != nil {
		return ArtifactOut{}, err
	}
	a := artifact.Artifact{Service: service, Repository: k.rules().Repository(service), By: c.Actor.Ref()}
	switch {
	case (in.File == "") == (in.Image == ""):
		return ArtifactOut{}, prentice.Errorf(prentice.Invalid, "say either which file was built or which image").Try("prentice artifact add FILE --service %s --revision COMMIT", service)
	case in.Image != "":
		a.Kind = artifact.Image
		if a.Name, a.Digest, err = artifact.ParseImage(in.Image); err != nil {
			return ArtifactOut{}, err
		}
	default:
		a.Kind, a.Name = artifact.File, cmp.Or(filepath.Base(in.Name), service)
		if err := artifact.CheckName(a.Name); err != nil {
			return ArtifactOut{}, err
		}
		if a.Digest, err = artifact.ParseDigest(in.File); err != nil {
			return ArtifactOut{}, err
		}
		f, err := k.Artifacts.Content.Open(a.Digest)
		if err != nil {
			return ArtifactOut{}, err
		}
		about, err := f.Stat()
		if err := errors.Join(err, f.Close()); err != nil {
			return ArtifactOut{}, err
		}
		a.Size = about.Size()
	}
	if err := k.madeFrom(ctx, &a, in.Revision); err != nil {
		return ArtifactOut{}, err
	}
	return k.keep(ctx, c, a)
}

// keep adds an artefact with the bill of its commit.
func (k *Desk) keep(ctx context.Context, c op.Call, a artifact.Artifact) (ArtifactOut, error) {
	bill, err := k.Code.Bill(ctx, a.Repository, a.Revision)
	if err != nil {
		bill, a.BillSays = nil, clip.To(err.Error(), 300)
	}
	a, had, err := k.Artifacts.Add(ctx, c.Now, a, bill)
	out := ArtifactOut{Artifact: a, Ref: a.Ref()}
	if had {
		out.Says = fmt.Sprintf("the same bytes were added already, by %s at %s, as made from %.12s", a.By, op.At(a.At), a.Revision)
	}
	return out, err
}

func (k *Desk) artifacts(ctx context.Context, _ op.Call, in artifactsIn) (Artifacts, error) {
	if err := k.there(); err != nil {
		return Artifacts{}, err
	}
	list, err := k.Artifacts.Of(ctx, in.Service, "", in.Limit)
	out := Artifacts{Artifacts: []ArtifactOut{}}
	for _, a := range list {
		out.Artifacts = append(out.Artifacts, ArtifactOut{Artifact: a, Ref: a.Ref()})
	}
	return out, err
}

func (k *Desk) artifactShow(ctx context.Context, _ op.Call, in artifactIn) (ArtifactOut, error) {
	a, err := k.artifact(ctx, in.Artifact)
	if err != nil {
		return ArtifactOut{}, err
	}
	out := ArtifactOut{Artifact: a, Ref: a.Ref()}
	releases, err := k.Releases.Releases(ctx, a.Service, most)
	for _, r := range releases {
		if slices.Contains(r.Artifacts, a.Digest) {
			out.Releases = append(out.Releases, r.Ref())
		}
	}
	return out, err
}

func (k *Desk) artifact(ctx context.Context, name string) (artifact.Artifact, error) {
	if err := k.there(); err != nil {
		return artifact.Artifact{}, err
	}
	return k.Artifacts.Find(ctx, name)
}

// verify proves an artefact again.
func (k *Desk) verify(ctx context.Context, _ op.Call, in artifactIn) (Verified, error) {
	a, err := k.artifact(ctx, in.Artifact)
	if err != nil {
		return Verified{}, err
	}
	v := Verified{Artifact: a, Faults: []string{}, Held: []string{}}
	v.say(k.content(a), "its bytes have the digest "+a.Digest)
	v.say(k.proven(a), fmt.Sprintf("a key of this team signed that it was made from %.12s of %s", a.Revision, a.Repository))
	v.say(k.billed(a), "the bill of materials is the one that was signed")
	return v, nil
}

// content says what is wrong with the bytes of an artefact.
func (k *Desk) content(a artifact.Artifact) error {
	if a.Kind == artifact.Image {
		return nil
	}
	return k.Artifacts.Content.Check(a.Digest)
}

// proven says what is wrong with the provenance of an artefact.
func (k *Desk) proven(a artifact.Artifact) error {
	if a.Provenance == "" {
		return prentice.Errorf(prentice.NotFound, "it has no provenance")
	}
	envelope, err := k.Artifacts.Content.Read(a.Provenance, mostDocument)
	if err != nil {
		return err
	}
	return artifact.Believe(k.Keys(), a, envelope)
}

// billed says what is wrong with the bill of materials of an artefact.
func (k *Desk) billed(a artifact.Artifact) error {
	if a.Bill == "" {
		return prentice.Errorf(prentice.NotFound, "it has no bill of materials: %s", cmp.Or(a.BillSays, "none was made"))
	}
	_, err := k.Artifacts.Content.Read(a.Bill, mostDocument)
	return err
}

const (
	most         = 500      // releases of a service that are looked at
	mostDocument = 16 << 20 // bytes of a bill or a provenance
)

// ArtifactOut is an artefact.
type ArtifactOut struct {
	artifact.Artifact
	Ref      prentice.Ref   `json:"ref"`
	Releases []prentice.Ref `json:"releases,omitempty"`
	Says     string         `json:"says,omitempty"`
}

// Text implements op.Texter.
func (a ArtifactOut) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s of service/%s\n", a.Ref, a.Name, a.Service)
	if a.Says != "" {
		fmt.Fprintf(&b, "○ %s\n", a.Says)
	}
	fmt.Fprintf(&b, "Digest      %s\n", a.Digest)
	if a.Size > 0 {
		fmt.Fprintf(&b, "Size        %d bytes\n", a.Size)
	}
	if a.Check != "" {
		fmt.Fprintf(&b, "Made by     check %s, performed by prentice\n", a.Check)
	}
	fmt.Fprintf(&b, "Made from   %s of %s\nAdded       %s by %s\n", a.Revision, a.Repository, op.At(a.At), a.By)
	fmt.Fprintf(&b, "Provenance  %s\nBill        %s\n", cmp.Or(a.Provenance, "none"), cmp.Or(a.Bill, "none: "+a.BillSays))
	for _, r := range a.Releases {
		fmt.Fprintf(&b, "In          %s\n", r)
	}
	if !a.Gone.IsZero() {
		fmt.Fprintf(&b, "Its bytes are not kept since %s: no release has it.\n", op.At(a.Gone))
	}
	return b.String()
}

// Artifacts is a list of them.
type Artifacts struct {
	Artifacts []ArtifactOut `json:"artifacts"`
}

// Table implements op.Tabler.
func (l Artifacts) Table() (head []string, rows [][]string) {
	head = []string{"ARTEFACT", "NAME", "SERVICE", "MADE FROM", "ADDED (UTC)", "BY"}
	for _, a := range l.Artifacts {
		rows = append(rows, []string{string(a.Ref), a.Name, a.Service, fmt.Sprintf("%.12s", a.Revision), op.Cell(a.At), string(a.By)})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (l Artifacts) Empty() string {
	return "No artefact. Add what a build made: prentice artifact add FILE --service SERVICE --revision COMMIT"
}

// Verified is what an artefact proves.
type Verified struct {
	Artifact artifact.Artifact `json:"artifact"`
	Held     []string          `json:"held"`
	Faults   []string          `json:"faults"`
}

func (v *Verified) say(err error, held string) {
	if err != nil {
		v.Faults = append(v.Faults, err.Error())
		return
	}
	v.Held = append(v.Held, held)
}

// ExitCode implements op.Ender.
func (v Verified) ExitCode() int {
	if len(v.Faults) > 0 {
		return op.NotWell
	}
	return 0
}

// Text implements op.Texter.
func (v Verified) Text() string {
	var b strings.Builder
	sign, says := "✓", "is proved"
	if len(v.Faults) > 0 {
		sign, says = "✗", "is not proved"
	}
	fmt.Fprintf(&b, "%s %s %s\n", sign, v.Artifact.Ref(), says)
	for _, h := range v.Held {
		fmt.Fprintf(&b, "  ✓ %s\n", h)
	}
	for _, f := range v.Faults {
		fmt.Fprintf(&b, "  ✗ %s\n", f)
	}
	return b.String()
}

// tidy lets go of bytes that no one needs: those of artefacts that are in no release for a
// while, and those that were sent and never became an artefact.
func (k *Desk) tidy(ctx context.Context) error {
	if k.there() != nil {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		if err := k.tidyOnce(ctx, k.Clock()); err != nil && ctx.Err() == nil {
			k.Log.Error("artefacts", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Hour):
		}
	}
	return nil
}

const (
	unreleased = 30 * 24 * time.Hour // that an artefact in no release is kept
	unnamed    = 24 * time.Hour      // that bytes are kept which no artefact has
)

func (k *Desk) tidyOnce(ctx context.Context, now time.Time) error {
	list, err := k.Artifacts.Of(ctx, "", "", 10_000)
	if err != nil {
		return err
	}
	for _, a := range list {
		if !a.Gone.IsZero() || now.Sub(a.At) < unreleased {
			continue
		}
		if named, err := k.Releases.Named(ctx, a.Digest); err != nil || named {
			if err != nil {
				return err
			}
			continue
		}
		if err := k.Artifacts.Forget(ctx, now, a); err != nil {
			return err
		}
	}
	_, err = k.Artifacts.Content.Sweep(now.Add(-unnamed), func(digest string) (bool, error) { return k.Artifacts.Needed(ctx, digest) })
	return err
}

var (
	_ op.Texter  = ArtifactOut{}
	_ op.Tabler  = Artifacts{}
	_ op.Emptier = Artifacts{}
	_ op.Texter  = Verified{}
	_ op.Ender   = Verified{}
)
