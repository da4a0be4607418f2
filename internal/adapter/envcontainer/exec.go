package envcontainer

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/term"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
	"prentice/internal/kit/seen"
)

// Exec implements environment.Backend. What goes on when ctx ends is ended: engines leave it
// running.
func (b *Backend) Exec(ctx context.Context, id, service string, p environment.Program) (int, error) {
	if len(p.Argv) == 0 {
		return 0, prentice.Errorf(prentice.Invalid, "a program without a name").Try("name it: env enter %s -- sh", id)
	}
	c, _, err := b.running(ctx, id, service)
	if err != nil {
		return 0, err
	}
	code, err := b.perform(ctx, c.ID, p)
	if !errors.Is(err, container.ErrMissing) && !errors.Is(err, errNoRuntime) {
		return code, err
	}
	env := make([]string, 0, len(p.Env))
	for name, value := range p.Env {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	exec, joined, err := b.engine.Exec(ctx, c.ID, container.Program{Argv: p.Argv, Env: env, In: p.In != nil, Tty: p.Terminal != nil})
	if err != nil {
		return 0, b.trouble(ctx, err, "%q cannot be performed in service %s", p.Argv[0], service)
	}
	defer joined.Close() //nolint:errcheck // it is read to its end, or given up
	stop := context.AfterFunc(ctx, func() {
		b.endProgram(exec, c.ID)
		joined.Close() //nolint:errcheck // so is it here
	})
	defer stop()
	if p.Terminal != nil {
		err = b.attend(ctx, exec, joined, p.Terminal)
	} else {
		err = between(joined, p)
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err != nil {
		b.endProgram(exec, c.ID)
		return 0, err
	}
	return b.exited(ctx, exec, service)
}

// between hands on what a program reads and prints, until it prints no more.
func between(joined *container.Stream, p environment.Program) error {
	if p.In != nil {
		go func() {
			io.Copy(joined, p.In) //nolint:errcheck // a program need not read what it is given
			joined.CloseWrite()   //nolint:errcheck // so is it here
		}()
	}
	out := p.Out
	if out == nil {
		out = io.Discard
	}
	return joined.Divide(out, out)
}

// exited waits for the exit code of a program that prints no more, which is soon.
func (b *Backend) exited(ctx context.Context, exec, service string) (int, error) {
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		code, goesOn, err := b.engine.Exited(ctx, exec)
		switch {
		case err != nil:
			return 0, b.trouble(ctx, err, "%s does not say how the program in service %s ended", b, service)
		case !goesOn:
			return code, nil
		}
		select {
		case <-ctx.Done():
			b.endProgram(exec, "")
			return 0, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// endProgram ends a program that an engine would let go on, when it is one of the container.
func (b *Backend) endProgram(exec, id string) {
	ctx, cancel := unstopped(context.Background())
	defer cancel()
	pid, err := b.engine.Process(ctx, exec)
	if err != nil || pid <= 1 {
		return
	}
	handle, err := os.FindProcess(pid) // it is held, so that no other takes its number meanwhile
	if err != nil {
		return
	}
	defer handle.Release() //nolint:errcheck // it is let go of
	if _, holds := seen.Groups(pid, word(id)); holds && id != "" {
		handle.Signal(syscall.SIGKILL) //nolint:errcheck // it may have ended
	}
}

// attend joins a terminal to a program. The terminal within is the one that people type at;
// this one only hands on.
func (b *Backend) attend(ctx context.Context, exec string, joined *container.Stream, terminal *os.File) error {
	before, err := term.MakeRaw(int(terminal.Fd()))
	if err != nil {
		return err
	}
	defer term.Restore(int(terminal.Fd()), before) //nolint:errcheck // it may be gone
	over := make(chan struct{})
	defer close(over)
	go b.fit(ctx, exec, terminal, over)
	go io.Copy(joined, terminal) //nolint:errcheck // it ends with the terminal
	_, err = io.Copy(terminal, joined)
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	return err
}

// fit keeps the terminal within as large as the one outside.
func (b *Backend) fit(ctx context.Context, exec string, terminal *os.File, over <-chan struct{}) {
	var was [2]int
	for {
		columns, rows, err := term.GetSize(int(terminal.Fd()))
		if is := [2]int{columns, rows}; err == nil && is != was && columns > 0 {
			if b.engine.Resize(ctx, exec, rows, columns) == nil {
				was = is
			}
		}
		select {
		case <-over:
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}
