package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/proc"
)

// Containers performs jobs that name an image, in containers of an engine on this
// machine: see NewContainers.
type Containers struct {
	engine *container.Engine
	dir    string // a private folder of this sandbox
	filter string // how the engine is told of the filter of system calls
	maker  maker
}

// NewContainers finds an engine, and removes what a prentice that is gone left with it. What
// is missing is an error of kind Unavailable with the command that installs it. It keeps a
// file in a folder of its own below dir; Close removes the folder.
func NewContainers(ctx context.Context, dir string) (*Containers, error) {
	engine, err := findEngine(ctx)
	if err != nil {
		return nil, err
	}
	c := &Containers{engine: engine, maker: thisMaker()}
	if c.dir, err = os.MkdirTemp(dir, "containers-"); err != nil {
		return nil, err
	}
	if c.filter, err = c.writeFilter(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := c.sweep(ctx, time.Now()); err != nil {
		return nil, errors.Join(prentice.Errorf(prentice.Unavailable, "what was left with %s cannot be removed: %w", c, err), c.Close())
	}
	return c, nil
}

func findEngine(ctx context.Context) (*container.Engine, error) {
	engine, err := container.Find(ctx, os.Getenv)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%w", err).
			Try("apt-get install podman && systemctl enable --now podman.socket, or name the socket of one in DOCKER_HOST")
	}
	return engine, nil
}

// String is the engine and its version.
func (c *Containers) String() string { return c.engine.Name + " " + c.engine.Version }

// Close removes what the sandbox kept for itself.
func (c *Containers) Close() error {
	c.engine.Close()
	return os.RemoveAll(c.dir)
}

// Image is what a name of an image means here: its ID, and the digest by which others can
// get the very same. Where it is not here, it is pulled, if that is allowed.
func (c *Containers) Image(ctx context.Context, name string, pull bool) (Image, error) {
	i, err := c.engine.Image(ctx, name)
	if errors.Is(err, container.ErrMissing) && pull {
		if err := c.engine.Pull(ctx, name, nil); err != nil {
			return Image{}, prentice.Errorf(prentice.Unavailable, "the image %s is not on this machine, and %s cannot pull it: %w", name, c.engine.Name, err).
				Try("look whether it is called so, and reached from here: %s pull %s", strings.ToLower(c.engine.Name), name)
		}
		i, err = c.engine.Image(ctx, name)
	}
	switch {
	case errors.Is(err, container.ErrMissing):
		return Image{}, prentice.Errorf(prentice.Unavailable, "the image %s is not on this machine", name).Try("bring it here: %s pull %s", strings.ToLower(c.engine.Name), name)
	case err != nil:
		return Image{}, prentice.Errorf(prentice.Unavailable, "%s says nothing of the image %s: %w", c, name, err)
	case i.Os != "" && i.Os != "linux":
		return Image{}, prentice.Errorf(prentice.Unavailable, "the image %s is for %s", name, i.Os)
	}
	return Image{Name: name, ID: i.ID, Digest: digestOf(name, i)}, nil
}

// Meaning is what names of images mean to the engine of this machine: each with its ID, or
// with nothing where there is none. Where the engine does not say it of all, it is nothing.
func Meaning(ctx context.Context, names []string) string {
	engine, err := findEngine(ctx)
	if err != nil {
		return ""
	}
	defer engine.Close()
	var b strings.Builder
	for _, name := range names {
		i, err := engine.Image(ctx, name)
		if err != nil && !errors.Is(err, container.ErrMissing) {
			return ""
		}
		fmt.Fprintf(&b, "%s %s\n", name, i.ID)
	}
	return b.String()
}

// Image is an image that the engine has.
type Image struct {
	Name   string
	ID     string // of what it consists of, and how it is begun
	Digest string // of it in its registry, or the ID where it has none
}

func digestOf(name string, i container.Image) string {
	for _, d := range i.RepoDigests {
		if repository, digest, found := strings.Cut(d, "@"); found && (len(i.RepoDigests) == 1 || strings.HasPrefix(name, repository)) {
			return digest
		}
	}
	return i.ID
}

// Run performs a job in a container of its image, with its services beside it, and waits
// until none of its processes is left. It answers as Sandbox.Run does.
func (c *Containers) Run(ctx context.Context, j Job) (proc.Exit, error) {
	switch {
	case len(j.Argv) == 0:
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "a job without a program")
	case j.Image == "":
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "a job for %s without an image", c.engine.Name)
	case j.Ask != nil, j.Tree != nil, len(j.See)+len(j.Mounts)+len(j.Scratch) > 0, j.Terminal != nil && j.Results != nil:
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "a job in an image has files and results, or a terminal, and nothing else of this machine")
	}
	j.Limits = j.Limits.Whole()
	ctx, cancel := context.WithTimeoutCause(ctx, j.Limits.Time, context.DeadlineExceeded)
	defer cancel()
	w := &world{of: c, job: j, name: newName(), end: cancel}
	defer w.remove(ctx)
	exit, err := w.perform(ctx)
	switch {
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded) && w.given:
		return proc.Exit{TimedOut: true}, nil
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded) && prentice.KindOf(err) != prentice.Unavailable:
		return exit, prentice.Errorf(prentice.Unavailable, "%s did not begin it in time: %w", c, errors.Join(err, ctx.Err()))
	case prentice.KindOf(err) != prentice.Internal || err == nil:
		return exit, err
	case ctx.Err() != nil:
		return exit, ctx.Err()
	}
	return exit, prentice.Errorf(prentice.Unavailable, "%s did not perform it: %w", c, err)
}
