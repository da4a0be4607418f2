package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"prentice/internal/kit/container"
	"prentice/internal/kit/proc"
)

// inside begins what a person asked for when the files are there.
const inside = `until [ -e /prentice/.unpacked ]; do sleep 0.1; done; cd /work && exec "$@"`

// attend performs a job at the terminal that it was given, in its container.
func (w *world) attend(ctx context.Context, id string) (proc.Exit, error) {
	e, terminal := w.of.engine, w.job.Terminal
	exec, joined, err := e.Exec(ctx, id, container.Program{
		Argv: append([]string{"/bin/sh", "-c", inside, "inside"}, w.job.Argv...), Env: w.job.variables(), Dir: "/", Tty: true,
	})
	if err != nil {
		return proc.Exit{}, err
	}
	defer joined.Close() //nolint:errcheck // it is read to its end, or given up
	stop := context.AfterFunc(ctx, func() { joined.Close() })
	defer stop()
	// The terminal within the container is the one that people type at; this one only hands on.
	if _, err := term.MakeRaw(int(terminal.Fd())); err != nil {
		return proc.Exit{}, err
	}
	go io.Copy(joined, terminal) //nolint:errcheck // it ends with the terminal
	over := make(chan struct{})
	defer close(over)
	go w.fit(ctx, exec, terminal, over)
	if _, err := io.Copy(terminal, joined); err != nil && ctx.Err() == nil {
		return proc.Exit{}, err
	}
	code, goesOn, err := e.Exited(ctx, exec)
	if goesOn {
		err = errors.Join(err, errors.New("it was left while it goes on"))
	}
	return proc.Exit{Code: code}, err
}

// fit keeps the terminal within as large as the one outside.
func (w *world) fit(ctx context.Context, exec string, terminal *os.File, over <-chan struct{}) {
	var was [2]int
	for {
		columns, rows, err := term.GetSize(int(terminal.Fd()))
		if is := [2]int{columns, rows}; err == nil && is != was && columns > 0 {
			if w.of.engine.Resize(ctx, exec, rows, columns) == nil {
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
