package envbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
	"prentice/internal/kit/cgroup"
)

// room is what this process has of one environment: its cell, while that goes on.
type room struct {
	of *Box
	id string

	mu       sync.Mutex // held while something is made or removed
	cell     *cell.Cell // guarded by mu, as what follows
	group    *cgroup.Group
	services map[string]*cgroup.Group
	end      context.CancelFunc // ends what serves the cell: proxies, and who measures
	serving  sync.WaitGroup
	proxied  map[string]bool
	admitted map[string]bool       // to the shared server
	seen     map[string]cell.Enter // how a program enters a service that was begun

	said     sync.Mutex
	removes  bool                         // guarded by said, as what follows
	stop     map[*byte]context.CancelFunc // what is being made: it is given up when it is removed
	versions map[string]string            // of the providers that were begun
	over     string                       // why all of it was ended; "" is that it was not
	killed   map[string]int64             // how many processes of a service had been ended for memory when it began
}

// making says that something is being made, and gives it a context that ends when the environment is removed.
func (r *room) making(ctx context.Context) (context.Context, func(), error) {
	r.said.Lock()
	defer r.said.Unlock()
	if r.removes {
		return nil, nil, removed(r.id)
	}
	ctx, cancel := context.WithCancel(ctx)
	key := new(byte)
	if r.stop == nil {
		r.stop = map[*byte]context.CancelFunc{}
	}
	r.stop[key] = cancel
	return ctx, func() {
		cancel()
		r.said.Lock()
		defer r.said.Unlock()
		delete(r.stop, key)
	}, nil
}

func removed(id string) error {
	return prentice.Errorf(prentice.Conflict, "the environment %s was removed", id).Try("make a new one")
}

// folders are those of an environment; all are its user's.
var folders = []string{"", "tree", "volumes", "data", "copies", "logs", "state"}

// owner is who the environment is outside. Where prentice is root, each has a number of its
// own that no one else has on any system (https://systemd.io/UIDS-GIDS/).
func (r *room) owner() (int, error) {
	if os.Geteuid() != 0 {
		return os.Geteuid(), nil
	}
	if info, err := os.Lstat(r.of.folder(r.id)); err == nil {
		if about, ok := info.Sys().(*syscall.Stat_t); ok && about.Uid >= firstUser {
			return int(about.Uid), nil
		}
	}
	return r.of.freeUser(r.id)
}

const firstUser = 0x70000000

func (b *Box) freeUser(id string) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := b.own[id]; n > 0 {
		return n, nil
	}
	taken := map[uint32]bool{}
	for _, n := range b.own {
		taken[uint32(n)] = true
	}
	list, err := os.ReadDir(b.dir)
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		if info, err := e.Info(); err == nil {
			if about, ok := info.Sys().(*syscall.Stat_t); ok {
				taken[about.Uid] = true
			}
		}
	}
	for n := uint32(firstUser); n < firstUser+1<<20; n++ {
		if !taken[n] {
			b.own[id] = int(n)
			return int(n), nil
		}
	}
	return 0, errors.New("a million environments are enough")
}

// settle makes the folders and the keeper of an environment, unless they are there. It is held.
func (r *room) settle(s environment.Spec) error {
	if r.alive() {
		return nil
	}
	r.close()
	own, err := r.owner()
	if err != nil {
		return err
	}
	for _, name := range folders {
		dir := filepath.Join(r.of.folder(r.id), name)
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return full(err)
		}
		if os.Geteuid() == 0 {
			if err := os.Lchown(dir, own, own); err != nil {
				return err
			}
		}
	}
	if err := r.limits(s); err != nil {
		return prentice.Errorf(prentice.Unavailable, "the limits of the environment cannot be set: %w", err)
	}
	c, err := cell.Begin(r.of.marker(r.id), r.of.folder(r.id), own)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the environment cannot be made apart from this machine: %w", err).Try("%s", sandbox.Remedy(err.Error()))
	}
	r.cell = c
	if r.group != nil {
		if err := r.group.Enter(c.Pid); err != nil {
			r.close()
			return prentice.Errorf(prentice.Unavailable, "the environment cannot enter its control groups: %w", err)
		}
	}
	if _, err := c.States(context.Background()); err != nil {
		r.close()
		return prentice.Errorf(prentice.Unavailable, "the environment cannot be made apart from this machine: %w", err).Try("%s", sandbox.Remedy(err.Error()))
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.end = cancel
	r.proxied, r.admitted = map[string]bool{}, map[string]bool{}
	r.serving.Go(func() { r.measure(ctx, c, whole(s.Limits).Disk) })
	return nil
}

// alive says whether the cell goes on. It is held.
func (r *room) alive() bool {
	if r.cell == nil {
		return false
	}
	select {
	case <-r.cell.Over():
		return false
	default:
		return true
	}
}

// close ends the cell, and what serves it. It is held.
func (r *room) close() {
	if r.cell == nil {
		return
	}
	r.cell.End()
	if r.end != nil {
		r.end()
	}
	r.serving.Wait()
	r.cell, r.end, r.group, r.services, r.seen = nil, nil, nil, nil, nil
}

// keeping is what a keeper itself may use, beside its services.
var keeping = cgroup.Limits{Processes: 64, Memory: 256 << 20}

// limits makes the groups of an environment: one for the keeper, and one for all services, in
// which each has its own.
func (r *room) limits(s environment.Spec) error {
	r.group, r.services = nil, map[string]*cgroup.Group{}
	if len(r.of.place.Trees()) == 0 {
		return nil
	}
	name := r.of.marker(r.id)
	if _, err := r.of.place.Open(name, cgroup.Limits{}); err != nil {
		return err
	}
	in, err := r.of.place.Within(name)
	if err != nil {
		return err
	}
	if r.group, err = in.Open("keeper", keeping); err != nil {
		return err
	}
	all := whole(s.Limits)
	if _, err := in.Open("services", cgroup.Limits{Processes: all.Processes, Memory: all.Memory, CPUs: all.CPUs}); err != nil {
		return err
	}
	each, err := in.Within("services")
	if err != nil {
		return err
	}
	for _, sv := range s.Services {
		l := ofService(all, sv.Limits)
		if r.services[sv.Name], err = each.Open("s-"+sv.Name, cgroup.Limits{Processes: l.Processes, Memory: l.Memory, CPUs: l.CPUs}); err != nil {
			return err
		}
	}
	return nil
}

// entries are the open files by which a service enters its groups.
func (r *room) entries(service string) (files []*os.File, err error) {
	g := r.services[service]
	if g == nil {
		return nil, nil
	}
	for _, name := range g.Entries() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			closeAll(files)
			return nil, fmt.Errorf("the control group of the service %s: %w", service, err)
		}
		files = append(files, f)
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() //nolint:errcheck // it was only lent
	}
}

// every is how often it is looked how much is written.
const every = 2 * time.Second

// measure ends an environment that wrote more than it may.
func (r *room) measure(ctx context.Context, c *cell.Cell, most int64) {
	for pause := every; ; {
		select {
		case <-ctx.Done():
			return
		case <-c.Over():
			return
		case <-time.After(pause):
		}
		began := time.Now()
		n := written(ctx, r.of.folder(r.id)) + r.of.allots(ctx, r.id)
		if n > most {
			r.said.Lock()
			r.over = fmt.Sprintf("it wrote %d bytes, which are more than %d", n, most)
			r.said.Unlock()
			killAll(ctx, c)
			return
		}
		pause = max(every, 20*time.Since(began))
	}
}

// killAll ends the services, and leaves the keeper, who says how they ended.
func killAll(ctx context.Context, c *cell.Cell) {
	states, _ := c.States(ctx) // one that is gone has none
	for name := range states {
		c.Stop(ctx, name, syscall.SIGKILL, 0) //nolint:errcheck // so is it here
	}
}

// perFile is what a file costs that is empty.
const perFile = 4096

// written is how much is in what services write.
func written(ctx context.Context, folder string) (n int64) {
	for _, part := range []string{"volumes", "data", "copies"} {
		n += takes(ctx, filepath.Join(folder, part))
	}
	return n
}

// takes is what a folder takes on the disk, each file with what it is.
func takes(ctx context.Context, folder string) (n int64) {
	filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error { //nolint:errcheck // what goes meanwhile takes nothing
		if ctx.Err() != nil {
			return fs.SkipAll
		}
		if err != nil {
			return nil
		}
		n += perFile
		if info, err := d.Info(); err == nil {
			if about, ok := info.Sys().(*syscall.Stat_t); ok && d.Type().IsRegular() {
				n += about.Blocks * 512
			}
		}
		return nil
	})
	return n
}

// full says of a disk that is full what it is.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return prentice.Errorf(prentice.Unavailable, "the disk is full: %w", err).Try("make room, or end environments: prentice env list")
	}
	return err
}
