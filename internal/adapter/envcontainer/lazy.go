package envcontainer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// Lazy is a back end whose engine is asked for when it is used first, and again when it did
// not answer: most commands of prentice have nothing to do with it, and asking begins some.
type Lazy struct {
	name         string
	installation func() (string, error)
	scratch      string

	mu sync.Mutex
	b  *Backend // guarded by mu
}

var _ environment.Backend = (*Lazy)(nil)

// Beside is the engine whose socket stands on this machine, or nil where none does.
func Beside(installation func() (string, error), scratch string) *Lazy {
	sockets, err := container.Sockets(os.Getenv, os.Getuid())
	if err != nil {
		return nil
	}
	for _, socket := range sockets {
		if info, err := os.Stat(socket); err != nil || info.Mode()&fs.ModeSocket == 0 {
			continue
		}
		name := "podman"
		if strings.Contains(socket, "docker") {
			name = "docker"
		}
		return &Lazy{name: name, installation: installation, scratch: scratch}
	}
	return nil
}

func (l *Lazy) at(ctx context.Context) (*Backend, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b != nil {
		return l.b, nil
	}
	installation, err := l.installation()
	if err != nil {
		return nil, err
	}
	l.b, err = New(ctx, installation, l.scratch)
	return l.b, err
}

// Name implements environment.Backend.
func (l *Lazy) Name() string { return l.name }

// Can implements environment.Backend.
func (l *Lazy) Can(ctx context.Context, s environment.Spec) error {
	b, err := l.at(ctx)
	if err != nil {
		return err
	}
	return b.Can(ctx, s)
}

// Prepare implements environment.Backend.
func (l *Lazy) Prepare(ctx context.Context, s environment.Spec, tell io.Writer) error {
	b, err := l.at(ctx)
	if err != nil {
		return err
	}
	return b.Prepare(ctx, s, tell)
}

// Start implements environment.Backend.
func (l *Lazy) Start(ctx context.Context, s environment.Spec, service string) error {
	b, err := l.at(ctx)
	if err != nil {
		return err
	}
	return b.Start(ctx, s, service)
}

// States implements environment.Backend.
func (l *Lazy) States(ctx context.Context, id string) (map[string]environment.State, error) {
	b, err := l.at(ctx)
	if err != nil {
		return nil, err
	}
	return b.States(ctx, id)
}

// Exec implements environment.Backend.
func (l *Lazy) Exec(ctx context.Context, id, service string, p environment.Program) (int, error) {
	b, err := l.at(ctx)
	if err != nil {
		return 0, err
	}
	return b.Exec(ctx, id, service, p)
}

// Dial implements environment.Backend.
func (l *Lazy) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	b, err := l.at(ctx)
	if err != nil {
		return nil, err
	}
	return b.Dial(ctx, id, service, port)
}

// Logs implements environment.Backend.
func (l *Lazy) Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error) {
	b, err := l.at(ctx)
	if err != nil {
		return nil, err
	}
	return b.Logs(ctx, id, service, since, follow)
}

// Stop implements environment.Backend.
func (l *Lazy) Stop(ctx context.Context, s environment.Spec, service string) error {
	b, err := l.at(ctx)
	if err != nil {
		return err
	}
	return b.Stop(ctx, s, service)
}

// Remove implements environment.Backend.
func (l *Lazy) Remove(ctx context.Context, id string) error {
	b, err := l.at(ctx)
	if err != nil {
		return err
	}
	return b.Remove(ctx, id)
}

// All implements environment.Backend. An engine that does not run has nothing that runs; what
// it has is seen when it runs again.
func (l *Lazy) All(ctx context.Context) ([]string, error) {
	b, err := l.at(ctx)
	if errors.Is(err, container.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return b.All(ctx)
}

// Use implements environment.Backend.
func (l *Lazy) Use(ctx context.Context, id string) (environment.Use, error) {
	b, err := l.at(ctx)
	if err != nil {
		return environment.Use{}, err
	}
	return b.Use(ctx, id)
}

// Close implements environment.Backend.
func (l *Lazy) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b == nil {
		return nil
	}
	return l.b.Close()
}
