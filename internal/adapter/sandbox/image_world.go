package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/seen"
)

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
	for deadline := time.Now().Add(patient); ; {
		var s container.State
		if s, err = w.of.engine.State(ctx, id); err != nil || !s.State.Running {
			return 0, err
		}
		if err = seenToHold(s.State.Pid, id, l, may); err == nil {
			return s.State.Pid, nil
		}
		if !seen.Ending(s.State.Pid) && !errors.Is(err, errUnseen) || ctx.Err() != nil || time.Now().After(deadline) {
			return 0, err
		}
		time.Sleep(50 * time.Millisecond) // its engine has not seen that yet
	}
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
