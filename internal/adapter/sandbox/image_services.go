package sandbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/container"
	"prentice/internal/kit/term"
)

// Service is a program that goes on beside a job, in a container of an image. The job finds
// it at 127.0.0.1, which its name means as well.
type Service struct {
	Name    string
	Image   string // its ID
	Command []string
	Env     map[string]string
	Folders []string      // that it may write, in memory, beside /tmp, /run and its volumes
	Port    int           // it is healthy when it listens there; 0 is the one that its image names
	Health  string        // and when this ends with code 0, as sh in its container; "" asks nothing
	Patient time.Duration // how long it may take; 0 is a minute
	Log     io.Writer     // what it prints; nil is nowhere
}

// What a service may have: a part of what its job may, and the rights by which images that
// begin as root become the user that they are for.
const (
	partOfService  = 4   // of memory
	mostOfService  = 512 // processes
	patient        = time.Minute
	serviceRights  = 1<<0 | 1<<1 | 1<<3 | 1<<6 | 1<<7
	mostServiceLog = 16 << 20
	lastLines      = 3
)

var becomingUser = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}

// running is a service that was begun.
type running struct {
	Service
	name, id string
	joined   *container.Stream
	last     tail
	done     chan struct{}
}

func (r *running) close() {
	if r.joined != nil {
		r.joined.Close() //nolint:errcheck // it is given up
		<-r.done
	}
}

// serve begins the services of a job in the network of its container, and waits until all
// are healthy.
func (w *world) serve(ctx context.Context, id string, pid int) error {
	for _, s := range w.job.Services {
		if err := w.beginService(ctx, id, s); err != nil {
			return prentice.Errorf(kindOr(err), "the service %s cannot be begun: %w", s.Name, err)
		}
	}
	for _, r := range w.services {
		if err := w.healthy(ctx, pid, r); err != nil {
			return err
		}
	}
	return nil
}

// kindOr is the kind of an error, where it has one: what an engine says has none.
func kindOr(err error) prentice.Kind {
	if kind := prentice.KindOf(err); kind != prentice.Internal {
		return kind
	}
	return prentice.Unavailable
}

func (w *world) beginService(ctx context.Context, beside string, s Service) error {
	image, err := w.of.engine.Image(ctx, s.Image)
	if err != nil {
		return err
	}
	if s.Port == 0 {
		s.Port = portOf(image)
	}
	if s.Port == 0 && s.Health == "" {
		return prentice.Errorf(prentice.Unavailable, "no one says when it is healthy, not even its image").Try("write its port, or health: a command")
	}
	l := w.job.Limits
	l.Memory, l.Disk, l.Processes = l.Memory/partOfService, l.Disk/partOfService, min(l.Processes, mostOfService)
	host, err := w.of.host(image, l, append([]string{"/tmp", "/run", "/var/tmp"}, s.Folders...))
	if err != nil {
		return err
	}
	host.NetworkMode, host.PidMode = "container:"+beside, "container:"+beside
	may := rights{anyUser: true}
	if user, _, _ := strings.Cut(image.Config.User, ":"); user == "" || user == "0" || user == "root" {
		host.CapAdd, may.capabilities = becomingUser, serviceRights
	}
	var env []string
	for name, value := range s.Env {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	r := &running{Service: s, name: w.name + "-" + strings.ToLower(s.Name), done: make(chan struct{})}
	w.services = append(w.services, r)
	id, joined, err := w.begin(ctx, r.name, container.Spec{
		Image: image.ID, Cmd: s.Command, Env: env, AttachStdout: true, AttachStderr: true,
		Healthcheck: image.Unasked(), HostConfig: host,
	})
	if err != nil {
		return err
	}
	r.id, r.joined = id, joined
	log := &bounded{to: s.Log, left: mostServiceLog, full: func() {}}
	go func() {
		defer close(r.done)
		both := io.MultiWriter(log, &r.last)
		joined.Divide(both, both) //nolint:errcheck // what it printed is for people
	}()
	_, err = w.proven(ctx, id, l, may) // that it has ended is said by who waits for it
	return err
}

func portOf(i container.Image) (least int) {
	for name := range i.Config.ExposedPorts {
		number, protocol, _ := strings.Cut(name, "/")
		if n, err := strconv.Atoi(number); err == nil && protocol != "udp" && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// healthy waits until a service is healthy: until it listens, and its own command says so.
func (w *world) healthy(ctx context.Context, pid int, r *running) error {
	ctx, cancel := context.WithTimeout(ctx, or(r.Patient, patient))
	defer cancel()
	well := func() bool { return true }
	if r.Health != "" {
		asked, err := w.asked(ctx, r)
		if err != nil {
			return prentice.Errorf(prentice.Unavailable, "the health of the service %s cannot be asked: %w", r.Name, err)
		}
		well = asked
	}
	for {
		state, err := w.of.engine.State(ctx, r.id)
		if err == nil && !state.State.Running {
			<-r.done
			return prentice.Errorf(prentice.Unavailable, "the service %s ended with code %d before it was healthy%s", r.Name, state.State.ExitCode, r.said())
		}
		listening := r.Port == 0 || listens(pid, r.Port)
		switch {
		case err == nil && listening && well():
			return nil
		case ctx.Err() != nil && !listening:
			return prentice.Errorf(prentice.Unavailable, "the service %s was not healthy in time: it does not listen on port %d%s", r.Name, r.Port, r.said())
		case ctx.Err() != nil:
			return prentice.Errorf(prentice.Unavailable, "the service %s was not healthy in time: %q did not end with code 0%s", r.Name, clip.Text(r.Health), r.said())
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// asking is one program that asks again and again: an engine keeps something of each for a while.
const asking = `until ( eval "$1" ) >/dev/null 2>&1 </dev/null; do sleep 0.2 2>/dev/null || sleep 1; done`

// asked asks a service's own command for its health until that says so.
func (w *world) asked(ctx context.Context, r *running) (well func() bool, err error) {
	_, joined, err := w.of.engine.Exec(ctx, r.id, container.Program{Argv: []string{"/bin/sh", "-c", asking + "; echo well", "asking", r.Health}})
	if err != nil {
		return nil, err
	}
	var said tail
	go func() {
		defer joined.Close() //nolint:errcheck // it is read to its end
		stop := context.AfterFunc(ctx, func() { joined.Close() })
		defer stop()
		joined.Divide(&said, io.Discard) //nolint:errcheck // what counts is what it says at its end
	}()
	return func() bool { return strings.Contains(said.String(), "well") }, nil
}

// listens says whether something listens on a port in the network of a process: the kernel
// lists sockets by hexadecimal port, and 0A is one that listens.
func listens(pid, port int) bool {
	want := fmt.Sprintf(":%04X", port)
	for _, table := range []string{"tcp", "tcp6"} {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table)) // one that is gone has none
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 3 && f[3] == "0A" && strings.HasSuffix(f[1], want) {
				return true
			}
		}
	}
	return false
}

// said are the last lines that a service printed, for people.
func (r *running) said() string { return r.last.String() }

// tail keeps the end of what is written to it.
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
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(t.kept), "?")), "\n")
	var list []string
	for _, line := range lines[max(0, len(lines)-lastLines):] {
		if text := clip.Text(term.Line(line)); text != "" {
			list = append(list, text)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ": it printed: " + strings.Join(list, " / ")
}
