package environment

import (
	"context"
	"io"
	"net"
	"os"
	"time"
)

// Backend performs what an environment consists of. Every method may be called twice, by a
// process that knows nothing of an earlier one, and after a kill at any moment: what is there
// already is found by the environment's ID, and nothing is made a second time.
type Backend interface {
	// Name is how people read it: sandbox, podman, docker.
	Name() string

	// Can says why it cannot make a specification, as an error with what to do; nil is that it can.
	Can(ctx context.Context, s Spec) error

	// Prepare makes what is there before the first service: network, volumes, images, data. What
	// takes long is said line by line to tell.
	Prepare(ctx context.Context, s Spec, tell io.Writer) error

	// Start begins a service of a prepared environment, and answers when its process was begun.
	Start(ctx context.Context, s Spec, service string) error

	// States are the services of an environment that were begun.
	States(ctx context.Context, id string) (map[string]State, error)

	// Exec performs a program where a service runs, with its view and its limits: health checks,
	// seeds, and the shell of a person. It answers the program's exit code.
	Exec(ctx context.Context, id, service string, p Program) (code int, err error)

	// Dial connects to a port of a service, from outside of its network and without a port of this machine.
	Dial(ctx context.Context, id, service string, port int) (net.Conn, error)

	// Logs are what a service printed from a moment on; with follow until ctx ends or it is removed.
	Logs(ctx context.Context, id, service string, since time.Time, follow bool) (io.ReadCloser, error)

	// Stop ends a service with its signal and its grace; it stays among the states.
	Stop(ctx context.Context, s Spec, service string) error

	// Remove ends all of an environment and removes all that carries its ID. When it answers nil
	// there are no processes, networks, mounts, volumes, files or names of it.
	Remove(ctx context.Context, id string) error

	// All are the environments of this installation of which anything is there, also what a
	// kill left behind.
	All(ctx context.Context) ([]string, error)

	// Use is what an environment uses at this moment.
	Use(ctx context.Context, id string) (Use, error)

	// Close ends what the back end needs for itself.
	Close() error
}

// State is how a service is.
type State struct {
	Running  bool
	Code     int    // its exit code, where it has ended
	Killed   bool   // by a limit of memory
	Said     string // why it could not begin
	Since    time.Time
	Restarts int
	Version  string // the digest of its image, or the version of its provider
}

// Program is what Exec performs.
type Program struct {
	Argv     []string
	Env      map[string]string
	In       io.Reader // nil is nothing
	Out      io.Writer // what it prints, bounded by who asks
	Terminal *os.File  // nil is none
}

// Use is what an environment uses.
type Use struct {
	Memory    int64 // bytes
	Disk      int64 // bytes
	CPU       time.Duration
	Processes int
}
