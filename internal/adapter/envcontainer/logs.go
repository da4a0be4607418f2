package envcontainer

import (
	"context"
	"errors"
	"io"
	"time"

	"prentice"
	"prentice/internal/kit/container"
)

// Logs implements environment.Backend. An engine ends what it hands over when a container
// ends; with follow it goes on when that is begun again.
func (b *Backend) Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error) {
	list, err := b.engine.List(ctx, false, append(b.carries(id), labelService+"="+service)...)
	if err != nil {
		return nil, b.trouble(ctx, err, "%s does not list containers", b)
	}
	c, is := only(list)
	if !is {
		return nil, prentice.Errorf(prentice.NotFound, "environment %s has no service %s that was begun", id, service).Try("look at its services: env show %s", id)
	}
	ctx, cancel := context.WithCancel(ctx)
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := b.printed(ctx, c.ID, since, follow, in)
		if ctx.Err() != nil {
			err = nil
		}
		in.CloseWithError(err) //nolint:errcheck // it always answers nil
	}()
	return &printed{out, cancel, done}, nil
}

// printed writes what a container printed, and later what it prints.
func (b *Backend) printed(ctx context.Context, id string, since time.Time, follow bool, to io.Writer) error {
	last := since
	for {
		err := b.engine.Logs(ctx, id, since, follow, func(at time.Time, text []byte) error {
			last = at.Add(time.Nanosecond) // lines that came together have one time
			_, err := to.Write(text)
			return err
		})
		if err != nil || !follow {
			return err
		}
		for {
			s, err := b.engine.State(ctx, id)
			switch {
			case errors.Is(err, container.ErrMissing):
				return nil
			case err != nil:
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(300 * time.Millisecond):
			}
			if s.State.Running {
				break
			}
		}
		since = last
	}
}

type printed struct {
	*io.PipeReader
	cancel context.CancelFunc
	done   chan struct{}
}

// Close implements io.Closer: nothing of it goes on afterwards.
func (p *printed) Close() error {
	p.cancel()
	err := p.PipeReader.Close()
	<-p.done
	return err
}
