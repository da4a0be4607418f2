package cell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// keeperWord is the first argument by which this program knows that it is a keeper.
const keeperWord = "prentice-cell"

// Cell is one that this process made.
type Cell struct {
	Pid  int
	c    *exec.Cmd
	asks *net.UnixConn
	mu   sync.Mutex // guards asks while descriptors go over
	over chan struct{}
	said *tail
}

// Begin makes a cell. Its name stands on the command line of its keeper, so that what a
// kill left is found by it. Folder is the only folder of the machine that the keeper writes
// to. User is who it is outside, where this process is root; another is itself.
func Begin(name, folder string, user int) (*Cell, error) {
	ours, theirs, err := pair(syscall.SOCK_SEQPACKET)
	if err != nil {
		return nil, err
	}
	defer theirs.Close() //nolint:errcheck // the keeper has its own
	place, err := placeOf(folder)
	if err != nil {
		ours.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	defer place.Close() //nolint:errcheck // so it has
	asks, err := joined(ours)
	if err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		user = os.Geteuid()
	}
	group := user
	if os.Geteuid() != 0 {
		group = os.Getegid()
	}
	said := &tail{}
	c := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{"prentice", keeperWord, name}, Dir: "/",
		Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "GOGC=20", folderVariable + "=" + folder},
		ExtraFiles: []*os.File{theirs, place}, Stderr: said,
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: user, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: group, Size: 1}},
			Credential:  &syscall.Credential{Uid: 0, Gid: 0, NoSetGroups: true},
			Setsid:      true, Pdeathsig: syscall.SIGKILL,
		},
	}
	if os.Geteuid() == 0 {
		c.SysProcAttr.Credential.NoSetGroups = false
		c.SysProcAttr.GidMappingsEnableSetgroups = true
	}
	if err := c.Start(); err != nil {
		asks.Close() //nolint:errcheck // so is it here
		return nil, fmt.Errorf("namespaces of users, processes, mounts and networks cannot be made: %w", err)
	}
	cell := &Cell{Pid: c.Process.Pid, c: c, asks: asks, over: make(chan struct{}), said: said}
	go func() {
		c.Wait() //nolint:errcheck // a keeper has no result
		close(cell.over)
	}()
	return cell, nil
}

// placeOf is a folder as a keeper mounts it: a mount of its own where this process may make
// one, so that no one needs a right to the folders above it.
func placeOf(folder string) (*os.File, error) {
	flags := uint(unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC)
	fd, err := unix.OpenTree(unix.AT_FDCWD, folder, flags)
	if errors.Is(err, unix.EPERM) {
		fd, err = unix.Open(folder, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, &os.PathError{Op: "mount", Path: folder, Err: err}
	}
	return os.NewFile(uintptr(fd), folder), nil
}

// Over is closed when the cell has ended, with all that was in it.
func (c *Cell) Over() <-chan struct{} { return c.over }

// End ends a cell and all that is in it, and waits for it.
func (c *Cell) End() {
	c.asks.Close()     //nolint:errcheck // the keeper ends by it
	c.c.Process.Kill() //nolint:errcheck // it may have ended
	<-c.over
}

// ask asks the keeper for something; the connection is how it goes on.
func (c *Cell) ask(ctx context.Context, r request, files ...*os.File) (*net.UnixConn, func() bool, error) {
	ours, theirs, err := pair(syscall.SOCK_STREAM)
	if err != nil {
		return nil, nil, err
	}
	defer theirs.Close() //nolint:errcheck // the keeper has its own
	conn, err := joined(ours)
	if err != nil {
		return nil, nil, err
	}
	c.mu.Lock()
	err = hand(c.asks, append([]*os.File{theirs}, files...)...)
	c.mu.Unlock()
	if err == nil {
		err = send(conn, r)
	}
	if err != nil {
		conn.Close() //nolint:errcheck // the first error says it all
		return nil, nil, c.gone(err)
	}
	return conn, context.AfterFunc(ctx, func() { conn.Close() }), nil
}

// gone is what it means that a keeper does not answer.
func (c *Cell) gone(err error) error {
	select {
	case <-c.over:
	case <-time.After(100 * time.Millisecond):
	}
	if said := c.said.String(); said != "" {
		return fmt.Errorf("the keeper of the cell ended: %s", said)
	}
	return fmt.Errorf("the keeper of the cell does not answer: %w", err)
}

// ErrRefused says that nothing listens at a port of a service.
var ErrRefused = errors.New("connection refused")

// asked asks for something that has one answer.
func (c *Cell) asked(ctx context.Context, r request, files ...*os.File) (answer, *os.File, error) {
	conn, stop, err := c.ask(ctx, r, files...)
	if err != nil {
		return answer{}, nil, err
	}
	defer conn.Close() //nolint:errcheck // it was read
	defer stop()
	var came *os.File
	if r.Do == doDial || r.Do == doListen {
		list, err := taken(conn)
		if err != nil {
			return answer{}, nil, errors.Join(ctx.Err(), c.gone(err))
		}
		if len(list) > 0 {
			came = list[0]
			closeAll(list[1:])
		}
	}
	var a answer
	if err := receive(conn, &a); err != nil {
		if came != nil {
			came.Close() //nolint:errcheck // it is not wanted
		}
		if ctx.Err() != nil {
			return a, nil, ctx.Err()
		}
		return a, nil, c.gone(err)
	}
	if a.Error != "" {
		if came != nil {
			came.Close() //nolint:errcheck // so is it here
		}
		if a.Kind == "refused" {
			return a, nil, fmt.Errorf("%w: %s", ErrRefused, a.Error)
		}
		return a, nil, errors.New(a.Error)
	}
	return a, came, nil
}

// Start begins a service, unless it is there: groups are the files by which it enters its
// control groups, files what it finds open.
func (c *Cell) Start(ctx context.Context, s Service, groups, files []*os.File) error {
	_, _, err := c.asked(ctx, request{Do: doStart, Service: s, Groups: len(groups)}, append(append([]*os.File{}, files...), groups...)...)
	return err
}

// Stop sends a service a signal, waits, and ends what is left of it. One that is not there is none.
func (c *Cell) Stop(ctx context.Context, name string, signal syscall.Signal, grace time.Duration) error {
	_, _, err := c.asked(ctx, request{Do: doStop, Name: name, Signal: int(signal), Grace: grace})
	return err
}

// States are the services that were begun.
func (c *Cell) States(ctx context.Context) (map[string]State, error) {
	a, _, err := c.asked(ctx, request{Do: doStates})
	return a.States, err
}

// Use is what all processes of the cell use.
func (c *Cell) Use(ctx context.Context) (Use, error) {
	a, _, err := c.asked(ctx, request{Do: doUse})
	return a.Use, err
}

// Enter performs a program where a service runs, and answers its exit code. Files are its
// input, output and errors, or a terminal; then the filter of system calls; then groups.
func (c *Cell) Enter(ctx context.Context, name string, e Enter, filter *os.File, groups []*os.File, files ...*os.File) (int, error) {
	all := append(append(append([]*os.File{}, files...), filter), groups...)
	a, _, err := c.asked(ctx, request{Do: doEnter, Name: name, Enter: e, Groups: len(groups)}, all...)
	return a.Code, err
}

// Dial connects to a port of a service as another service of the cell would.
func (c *Cell) Dial(ctx context.Context, name string, port int) (net.Conn, error) {
	_, f, err := c.asked(ctx, request{Do: doDial, Name: name, Port: port})
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, io.ErrUnexpectedEOF
	}
	defer f.Close() //nolint:errcheck // the connection has its own
	return net.FileConn(f)
}

// Listen is a socket at a port of the loopback that only a service has.
func (c *Cell) Listen(ctx context.Context, s Service, port int) (net.Listener, error) {
	return c.listen(ctx, request{Do: doListen, Service: s, Port: port})
}

// ListenFor is a socket at a port of a service, for it and for those that share a network with it.
func (c *Cell) ListenFor(ctx context.Context, s Service, port int) (net.Listener, error) {
	return c.listen(ctx, request{Do: doListen, Service: s, Port: port, Others: true})
}

func (c *Cell) listen(ctx context.Context, r request) (net.Listener, error) {
	_, f, err := c.asked(ctx, r)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, io.ErrUnexpectedEOF
	}
	defer f.Close() //nolint:errcheck // the listener has its own
	return net.FileListener(f)
}

// tail keeps the end of what a keeper says of why it ends.
type tail struct {
	mu   sync.Mutex
	kept []byte // guarded by mu
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	t.kept = t.kept[max(0, len(t.kept)-1000):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(t.kept), "?"))
}
