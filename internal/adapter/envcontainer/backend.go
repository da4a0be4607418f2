package envcontainer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// Backend performs environments in an engine of containers.
type Backend struct {
	engine       *container.Engine
	installation string
	mark         string // the installation, short enough for a name
	filter       string // of system calls, as the engine is told of it
	dir          string // where the filter is, if it is a file
	program      string // that says a word in a build by which the engine is proved; "" is this very program
	here         bool   // hosts of this machine are reached where they are named: in tests, whose world it is
	ctx          context.Context
	end          context.CancelFunc
	wait         sync.WaitGroup // for openings and the watch of the disk

	mu       sync.Mutex // guards what is below
	places   map[string]*place
	known    map[string]found   // where services were found, by environment and service
	open     map[string]opening // by container
	overfull map[string]string  // environments that wrote too much, and what is said of it
	ended    map[string]bool    // containers that were ended by this back end
	runtimes map[string]began
	begun    map[string]int      // how often a container was begun again
	measured map[string]measured // what environments had on disk
	watching bool
	apart    bool // the engine was seen to build in the network that it is given
}

var _ environment.Backend = (*Backend)(nil)

// New finds an engine. What is missing is an error of kind Unavailable that says what to do.
// An installation is the same after each start, and no other prentice has it. The scratch is
// a folder that is emptied before each start, so that a process that is killed leaves nothing.
func New(ctx context.Context, installation, scratch string) (*Backend, error) {
	if installation == "" {
		return nil, prentice.Errorf(prentice.Unavailable, "no prentice was begun here yet, whose environments could be told from others").Try("prentice up")
	}
	engine, err := container.Find(ctx, os.Getenv)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%w", err).
			Try("apt-get install podman && systemctl enable --now podman.socket, or name the socket of one in DOCKER_HOST")
	}
	b, err := at(engine, installation, scratch)
	if err != nil {
		engine.Close()
		return nil, err
	}
	return b, nil
}

func at(engine *container.Engine, installation, scratch string) (*Backend, error) {
	b := &Backend{
		engine: engine, installation: installation, mark: markOf(installation),
		places: map[string]*place{}, known: map[string]found{}, open: map[string]opening{},
		overfull: map[string]string{}, runtimes: map[string]began{}, begun: map[string]int{}, ended: map[string]bool{}, measured: map[string]measured{},
	}
	b.ctx, b.end = context.WithCancel(context.Background())
	return b, b.writeFilter(scratch)
}

// markOf is an installation, short enough for a name.
func markOf(installation string) string {
	sum := sha256.Sum256([]byte(installation))
	return hex.EncodeToString(sum[:4])
}

// Name implements environment.Backend.
func (b *Backend) Name() string { return strings.ToLower(b.engine.Name) }

// String is the engine and its version.
func (b *Backend) String() string { return b.engine.Name + " " + b.engine.Version }

// Close implements environment.Backend. What runs goes on; openings are closed, and open
// again when their services are looked at.
func (b *Backend) Close() error {
	b.end()
	b.mu.Lock()
	b.watching = true // nothing begins any more
	b.mu.Unlock()
	b.wait.Wait()
	b.engine.Close()
	return os.RemoveAll(b.dir)
}

// writeFilter is the filter of system calls as the engine wants it: Docker in words, Podman
// in a file that it reads when a container is made.
func (b *Backend) writeFilter(scratch string) error {
	text, err := container.Filter()
	if err != nil || b.engine.Name == "Docker" {
		b.filter = string(text)
		return err
	}
	if b.dir, err = os.MkdirTemp(scratch, "environments-"); err != nil {
		return err
	}
	b.filter = filepath.Join(b.dir, "filter.json")
	return os.WriteFile(b.filter, text, 0o600)
}

// unstopped is for what must come to its end, also where who asked has given up: what was
// made is known.
func unstopped(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
}

// trouble is what an engine answered, as an error of a kind.
func (b *Backend) trouble(ctx context.Context, err error, format string, args ...any) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case prentice.KindOf(err) != prentice.Internal:
		return err
	}
	return prentice.Errorf(prentice.Unavailable, format+": %w", append(args, err)...).Try("look how %s is: prentice doctor", b.engine.Name)
}
