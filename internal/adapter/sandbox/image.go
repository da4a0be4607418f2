package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
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
		if err := c.engine.Pull(ctx, name); err != nil {
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
// with nothing where there is none.
func Meaning(ctx context.Context, names []string) string {
	engine, err := findEngine(ctx)
	if err != nil {
		return ""
	}
	defer engine.Close()
	var b strings.Builder
	for _, name := range names {
		i, _ := engine.Image(ctx, name) // one that is not there means nothing
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

// A world is the containers of one job: the one in which it is performed, and those of its
// services, which have no network but that of the first and end with it.
type world struct {
	of       *Containers
	job      Job
	name     string
	end      func()
	given    bool // the job was given its files, and began
	services []*running
}

// unstopped is for what must come to its end, also where a job is ended meanwhile: a
// container that is made is known.
func unstopped(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
}

// remove ends and removes all containers of the job. An engine may be at work on one still,
// so that it is asked again; what stays is removed at the next start.
func (w *world) remove(ctx context.Context) {
	ctx, cancel := unstopped(ctx)
	defer cancel()
	names := []string{w.name}
	for _, s := range w.services {
		names = append(names, s.name)
		defer s.close()
	}
	for _, name := range slices.Backward(names) {
		for range 20 {
			if err := w.of.engine.Remove(ctx, name); err == nil || ctx.Err() != nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// begin makes a container, joins it and starts it.
func (w *world) begin(ctx context.Context, name string, s container.Spec) (id string, joined *container.Stream, err error) {
	if err := ctx.Err(); err != nil {
		return "", nil, err
	}
	ctx, cancel := unstopped(ctx)
	defer cancel()
	s.Labels = w.of.maker.labels(time.Now().Add(w.job.Limits.Time))
	if id, err = w.of.engine.Create(ctx, name, s); err != nil {
		return "", nil, err
	}
	if joined, err = w.of.engine.Attach(ctx, id, s.OpenStdin); err != nil {
		return id, nil, err
	}
	if err = w.of.engine.Start(ctx, id); err != nil {
		joined.Close() //nolint:errcheck // the first error says it all
		return id, nil, err
	}
	return id, joined, nil
}

func (w *world) perform(ctx context.Context) (proc.Exit, error) {
	e := w.of.engine
	image, err := e.Image(ctx, w.job.Image)
	if err != nil {
		return proc.Exit{}, err
	}
	tree, bytes, err := w.of.spooled(w.job)
	if err != nil {
		return proc.Exit{}, err
	}
	defer tree.Close() //nolint:errcheck // it was only read
	spec, err := w.spec(image, bytes)
	if err != nil {
		return proc.Exit{}, err
	}
	id, joined, err := w.begin(ctx, w.name, spec)
	if err != nil {
		return proc.Exit{}, unfit(w.job.Image, err)
	}
	defer joined.Close() //nolint:errcheck // it is read to its end, or given up
	pid, err := w.proven(ctx, id, w.job.Limits, rights{})
	if err != nil {
		return proc.Exit{}, err
	}
	if pid != 0 {
		end, err := w.reach(ctx, pid)
		if err != nil {
			return proc.Exit{}, err
		}
		defer end() //nolint:errcheck // what was asked for is known
		if err := w.serve(ctx, id, pid); err != nil {
			return proc.Exit{}, err
		}
	}
	w.given = true
	return w.fed(ctx, id, joined, tree)
}

// proven refuses a container that does not hold, and answers its first process. One that has
// ended is 0: it can do no harm, and who waits for it says what it printed.
func (w *world) proven(ctx context.Context, id string, l Limits, may rights) (pid int, err error) {
	for range 40 {
		var s container.State
		if s, err = w.of.engine.State(ctx, id); err != nil || !s.State.Running {
			return 0, err
		}
		if err = seenToHold(s.State.Pid, id, l, may); err == nil {
			return s.State.Pid, nil
		}
		if !hasEnded(s.State.Pid) && !errors.Is(err, errUnseen) {
			return 0, err
		}
		time.Sleep(50 * time.Millisecond) // its engine has not seen that yet
	}
	return 0, err
}

// unfit says what an image lacks in which no job can begin.
func unfit(image string, err error) error {
	if strings.Contains(err.Error(), "/bin/sh") {
		return prentice.Errorf(prentice.Unavailable, "the image %s has no shell at /bin/sh that can be begun: %w", image, err).Try("choose an image with sh and tar")
	}
	return err
}

// fed gives a container that waits for it the files of its job, and waits for its end.
func (w *world) fed(ctx context.Context, id string, joined *container.Stream, tree io.Reader) (proc.Exit, error) {
	stop := context.AfterFunc(ctx, func() { joined.Close() }) //nolint:errcheck // it is given up
	defer stop()
	go io.Copy(joined, tree) //nolint:errcheck // who does not get it says so, and ends
	out := &bounded{to: w.job.Out, left: w.job.Limits.Output, full: w.end}
	back := &bounded{left: w.job.Limits.Results, full: w.end}
	if w.job.Results != nil {
		back.to = w.job.Results.To
	}
	printed := make(chan error, 1)
	go func() { printed <- joined.Divide(out, back) }()
	var exit proc.Exit
	var err error
	if w.job.Terminal != nil {
		exit, err = w.attend(ctx, id)
	} else {
		over := make(chan error, 1)
		go func() { over <- w.of.engine.Wait(ctx, id) }()
		select {
		case err = <-over:
		case said := <-printed: // the end of what it prints comes first, where an engine looks now and then
			printed <- said
			err = w.stopped(ctx, id, over)
		}
		if err == nil {
			exit, err = w.exit(ctx, id)
		}
	}
	if err != nil || w.job.Terminal != nil {
		joined.Close() //nolint:errcheck // then what is printed has an end
	}
	err = errors.Join(err, allPrinted(joined, printed))
	switch {
	case out.over:
		return exit, prentice.Errorf(prentice.Limited, "it printed more than %d bytes, and was ended", w.job.Limits.Output)
	case back.over:
		return proc.Exit{}, prentice.Errorf(prentice.Limited, "%w: more than %d bytes", ErrResults, w.job.Limits.Results)
	}
	return exit, err
}

// stopped waits until a container has ended that prints nothing any more.
func (w *world) stopped(ctx context.Context, id string, over <-chan error) error {
	for range 50 {
		if s, err := w.of.engine.State(ctx, id); err != nil || !s.State.Running {
			return err
		}
		select {
		case err := <-over:
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
	return <-over
}

// allPrinted waits until all that was printed is read, which is soon after the end.
func allPrinted(joined *container.Stream, printed <-chan error) error {
	select {
	case err := <-printed:
		return err
	case <-time.After(30 * time.Second):
		joined.Close() //nolint:errcheck // it is given up
		return fmt.Errorf("what it printed had no end: %w", <-printed)
	}
}

// exit is how a container ended.
func (w *world) exit(ctx context.Context, id string) (proc.Exit, error) {
	s, err := w.of.engine.State(ctx, id)
	switch {
	case err != nil:
		return proc.Exit{}, err
	case s.State.Running:
		return proc.Exit{}, errors.New("the container goes on after its end")
	}
	return proc.Exit{Code: s.State.ExitCode}, nil
}
