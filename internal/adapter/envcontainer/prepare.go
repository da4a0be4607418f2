package envcontainer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// Prepare implements environment.Backend.
func (b *Backend) Prepare(ctx context.Context, s environment.Spec, tell io.Writer) error {
	if err := b.judge(s); err != nil {
		return err
	}
	ctx, end, err := b.begin(ctx, s.ID, "")
	if err != nil {
		return err
	}
	defer end()
	if err := b.makeNetworks(ctx, s); err != nil {
		return err
	}
	for _, v := range s.Volumes {
		if err := b.makeVolume(ctx, s.ID, v); err != nil {
			return err
		}
	}
	for _, one := range s.Services {
		if err := b.bring(ctx, s, one, tell); err != nil {
			return err
		}
	}
	return nil
}

// makeVolume makes a volume. One that is called so and is not of this environment is no
// one's to fill.
func (b *Backend) makeVolume(ctx context.Context, id, name string) error {
	in, cancel := unstopped(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	v, err := b.engine.CreateVolume(in, b.called(id, "volume", name), b.labels(id))
	if err == nil && (v.Labels[labelInstallation] != b.installation || v.Labels[labelEnvironment] != id) {
		return prentice.Errorf(prentice.Conflict, "there is a volume %s that is not of environment %s", v.Name, id).Try("look who made it: %s volume inspect %s", b.Name(), v.Name)
	}
	return b.trouble(ctx, err, "the volume %s cannot be made", name)
}

// bring makes the image of a service be there, pinned to what its name means now.
func (b *Backend) bring(ctx context.Context, s environment.Spec, one environment.Service, tell io.Writer) error {
	pin := b.pin(s.ID, one.Name)
	_, err := b.engine.Image(ctx, pin)
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, container.ErrMissing):
		return b.trouble(ctx, err, "%s says nothing of images", b)
	case one.Build != nil:
		return b.build(ctx, s, one, pin, tell)
	}
	i, err := b.engine.Image(ctx, one.Image)
	if errors.Is(err, container.ErrMissing) {
		fmt.Fprintf(tell, "pull %s\n", one.Image) //nolint:errcheck // who is told may be gone
		if err := b.engine.Pull(ctx, one.Image, tell); err != nil {
			return b.trouble(ctx, prentice.Errorf(prentice.Unavailable, "the image %s of service %s is not on this machine, and %s cannot pull it: %w", one.Image, one.Name, b.engine.Name, err).
				Try("look whether it is called so, and reached from here: %s pull %s", b.Name(), one.Image), "")
		}
		i, err = b.engine.Image(ctx, one.Image)
	}
	switch {
	case err != nil:
		return b.trouble(ctx, err, "%s says nothing of the image %s", b, one.Image)
	case i.Os != "" && i.Os != "linux":
		return prentice.Errorf(prentice.Unavailable, "the image %s is for %s", one.Image, i.Os).Try("choose one for linux")
	case fixed(one.Image):
		return nil
	}
	fmt.Fprintf(tell, "%s is %s\n", one.Image, digestOf(one.Image, i)) //nolint:errcheck // so may they here
	in, cancel := unstopped(ctx)
	defer cancel()
	return b.trouble(ctx, b.engine.Tag(in, i.ID, pin), "the image %s cannot be pinned", one.Image)
}

// fixed says whether a name of an image means the same for ever.
func fixed(image string) bool { return strings.Contains(image, "sha256:") }

// image is the image of a service that was prepared.
func (b *Backend) image(ctx context.Context, s environment.Spec, one environment.Service) (container.Image, error) {
	i, err := b.engine.Image(ctx, b.pin(s.ID, one.Name))
	if errors.Is(err, container.ErrMissing) && one.Build == nil && fixed(one.Image) {
		i, err = b.engine.Image(ctx, one.Image)
	}
	if errors.Is(err, container.ErrMissing) {
		return i, prentice.Errorf(prentice.Conflict, "the image of service %s was not prepared, or is gone", one.Name).Try("prepare the environment again")
	}
	return i, b.trouble(ctx, err, "%s says nothing of the image of service %s", b, one.Name)
}

// digestOf is the digest by which others get the very same image, or its ID.
func digestOf(name string, i container.Image) string {
	for _, d := range i.RepoDigests {
		if repository, digest, found := strings.Cut(d, "@"); found && (len(i.RepoDigests) == 1 || strings.HasPrefix(name, repository)) && !strings.HasPrefix(repository, "localhost/prentice-") {
			return digest
		}
	}
	return i.ID
}
