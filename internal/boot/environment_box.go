package boot

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"prentice/internal/adapter/envbox"
	"prentice/internal/engine/environment"
)

// environmentBox is the sandbox of environments, which is opened when it is needed: most
// commands make none. Where nothing was ever made there is nothing to look for.
type environmentBox struct {
	dir  string
	open func() (*envbox.Box, error)
}

var _ environment.Backend = (*environmentBox)(nil)

func newEnvironmentBox(dir string) *environmentBox {
	return &environmentBox{dir: dir, open: sync.OnceValues(func() (*envbox.Box, error) { return envbox.New(context.Background(), dir) })}
}

// Name implements environment.Backend.
func (*environmentBox) Name() string { return "sandbox" }

// Seeds implements environment.Seeding.
func (*environmentBox) Seeds() bool { return true }

// Lone says that what it makes lies in a folder of this process alone.
func (*environmentBox) Lone() bool { return true }

// Served is the version of the server that stands for images of a kind, for environments.asked.
func (*environmentBox) Served(kind string) string { return envbox.Version(kind) }

// Can implements environment.Backend.
func (e *environmentBox) Can(ctx context.Context, s environment.Spec) error {
	b, err := e.open()
	if err != nil {
		return err
	}
	return b.Can(ctx, s)
}

// Prepare implements environment.Backend.
func (e *environmentBox) Prepare(ctx context.Context, s environment.Spec, tell io.Writer) error {
	b, err := e.open()
	if err != nil {
		return err
	}
	return b.Prepare(ctx, s, tell)
}

// Start implements environment.Backend.
func (e *environmentBox) Start(ctx context.Context, s environment.Spec, service string) error {
	b, err := e.open()
	if err != nil {
		return err
	}
	return b.Start(ctx, s, service)
}

// States implements environment.Backend.
func (e *environmentBox) States(ctx context.Context, id string) (map[string]environment.State, error) {
	b, err := e.open()
	if err != nil {
		return nil, err
	}
	return b.States(ctx, id)
}

// Exec implements environment.Backend.
func (e *environmentBox) Exec(ctx context.Context, id, service string, p environment.Program) (int, error) {
	b, err := e.open()
	if err != nil {
		return 0, err
	}
	return b.Exec(ctx, id, service, p)
}

// Dial implements environment.Backend.
func (e *environmentBox) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	b, err := e.open()
	if err != nil {
		return nil, err
	}
	return b.Dial(ctx, id, service, port)
}

// Logs implements environment.Backend.
func (e *environmentBox) Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error) {
	b, err := e.open()
	if err != nil {
		return nil, err
	}
	return b.Logs(ctx, id, service, since, follow)
}

// Stop implements environment.Backend.
func (e *environmentBox) Stop(ctx context.Context, s environment.Spec, service string) error {
	b, err := e.open()
	if err != nil {
		return err
	}
	return b.Stop(ctx, s, service)
}

// Remove implements environment.Backend.
func (e *environmentBox) Remove(ctx context.Context, id string) error {
	if e.none() {
		return nil
	}
	b, err := e.open()
	if err != nil {
		return err
	}
	return b.Remove(ctx, id)
}

// All implements environment.Backend.
func (e *environmentBox) All(ctx context.Context) ([]string, error) {
	if e.none() {
		return nil, nil
	}
	b, err := e.open()
	if err != nil {
		return nil, err
	}
	return b.All(ctx)
}

// Use implements environment.Backend.
func (e *environmentBox) Use(ctx context.Context, id string) (environment.Use, error) {
	b, err := e.open()
	if err != nil {
		return environment.Use{}, err
	}
	return b.Use(ctx, id)
}

// Close implements environment.Backend.
func (e *environmentBox) Close() error {
	if e.none() {
		return nil
	}
	b, err := e.open()
	if err != nil {
		return nil // what was never opened needs no end
	}
	return b.Close()
}

// none says whether nothing was ever made here.
func (e *environmentBox) none() bool {
	_, err := os.Lstat(filepath.Join(e.dir, ".lock"))
	return errors.Is(err, os.ErrNotExist)
}
