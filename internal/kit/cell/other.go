//go:build !linux

package cell

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// Place is where the folder of a cell is for its keeper.
const Place = "/mnt"

// ErrRefused says that nothing listens at a port of a service.
var ErrRefused = errors.New("connection refused")

var errHere = errors.New("there are no cells on this system: they need Linux")

// Cell is for Linux alone.
type Cell struct{ Pid int }

// Begin makes none.
func Begin(string, string, int) (*Cell, error) { return nil, errHere }

// Over is never closed.
func (*Cell) Over() <-chan struct{} { return nil }

// End ends nothing.
func (*Cell) End() {}

// Start begins nothing.
func (*Cell) Start(context.Context, Service, []*os.File, []*os.File) error { return errHere }

// Stop stops nothing.
func (*Cell) Stop(context.Context, string, syscall.Signal, time.Duration) error { return errHere }

// States are none.
func (*Cell) States(context.Context) (map[string]State, error) { return nil, errHere }

// Use is none.
func (*Cell) Use(context.Context) (Use, error) { return Use{}, errHere }

// Enter performs nothing.
func (*Cell) Enter(context.Context, string, Enter, *os.File, []*os.File, ...*os.File) (int, error) {
	return 0, errHere
}

// Dial connects to nothing.
func (*Cell) Dial(context.Context, string, int) (net.Conn, error) { return nil, errHere }

// Listen listens nowhere.
func (*Cell) Listen(context.Context, Service, int) (net.Listener, error) { return nil, errHere }

// ListenFor does nothing here.
func (*Cell) ListenFor(context.Context, Service, int) (net.Listener, error) { return nil, errHere }

// InMemory is a file with a content.
func InMemory(string, []byte) (*os.File, error) { return nil, errHere }
