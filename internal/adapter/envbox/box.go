package envbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cgroup"
)

// Box is the back end.
type Box struct {
	dir    string
	name   string // of this folder, so that two of them on a machine are told apart
	lock   *os.File
	bwrap  string
	filter string
	place  cgroup.Place
	Weaker []string // what holds less here than it should

	near bool // tests reach hosts of this machine

	proven    sync.Mutex
	held      bool       // guarded by proven
	preparing sync.Mutex // held while what all providers of a kind begin with is made

	commons *commons
	tending sync.WaitGroup // the work that looks after the shared server
	seeding chan struct{}  // held by the one that makes a template

	mu    sync.Mutex
	rooms map[string]*room // guarded by mu, as what follows
	gone  map[string]bool  // removed: an ID is never used twice
	own   map[string]int   // the users of environments that are being made
}

var _ environment.Backend = (*Box)(nil)

// prefix is how all that has a name on the machine begins.
const prefix = "prentice-env-"

// New opens the environments of a folder, which no other process has open. What a kill left
// running of them is ended.
func New(ctx context.Context, dir string) (*Box, error) {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "there is no sandbox for environments here: bwrap is not installed").Try("apt-get install bubblewrap, or what your system calls it")
	}
	if _, err := exec.LookPath("nsenter"); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "there is no sandbox for environments here: nsenter is not installed").Try("apt-get install util-linux, or what your system calls it")
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if !locked(ctx, lock) {
		lock.Close() //nolint:errcheck // the first error says it all
		return nil, prentice.Errorf(prentice.Conflict, "the environments in %s are those of another prentice", dir).Try("stop it, or give this one a data folder of its own")
	}
	sum := sha256.Sum256([]byte(dir))
	b := &Box{dir: dir, name: hex.EncodeToString(sum[:4]), lock: lock, bwrap: bwrap, rooms: map[string]*room{}, gone: map[string]bool{}, own: map[string]int{}, commons: newCommons(), seeding: make(chan struct{}, 1)}
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// freed is how long a process that was killed while it began another may hold the lock by that.
const freed = 5 * time.Second

func locked(ctx context.Context, lock *os.File) bool {
	for late := time.Now().Add(freed); ; {
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return true
		}
		if time.Now().After(late) {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (b *Box) open(ctx context.Context) (err error) {
	if b.filter, err = sandbox.WriteFilter(b.dir); err != nil {
		return err
	}
	os.Remove(filepath.Join(b.dir, ".socket")) //nolint:errcheck // a kill while it was proven may have left it
	b.place = cgroup.Find(prefix + "trial-")
	b.Weaker = weaker(b.place)
	for _, name := range b.strays("") { // their prentice is gone, and so they must be
		endStrays(name)
	}
	b.place.Sweep(prefix + b.name + "-") // also where an earlier prentice stood in another group
	return ctx.Err()
}

func weaker(p cgroup.Place) (list []string) {
	if !p.HasMemory() {
		list = append(list, "memory is not limited by environment, only by process, since prentice may make no control group")
	}
	if !p.HasPids() {
		list = append(list, "processes are counted by user and not by service, since prentice may make no control group")
	}
	if !p.HasCPU() {
		list = append(list, "processors are not shared out, since prentice may make no control group")
	}
	return append(list, "what services write to volumes is measured every 2 seconds, and ends them when it is too much")
}

// Name implements environment.Backend.
func (b *Box) Name() string { return "sandbox" }

// Close ends what runs. What is in the folders stays.
func (b *Box) Close() error {
	b.mu.Lock()
	rooms := b.rooms
	b.rooms = map[string]*room{}
	b.mu.Unlock()
	for _, r := range rooms {
		r.mu.Lock()
		r.close()
		r.mu.Unlock()
	}
	b.tending.Wait()
	return b.lock.Close()
}

// marker is what stands on the command line of the keeper of an environment, and what its
// control groups are called.
func (b *Box) marker(id string) string { return prefix + b.name + "-" + id }

func (b *Box) folder(id string) string { return filepath.Join(b.dir, id) }

// room is what this process has of one environment.
func (b *Box) room(id string) *room {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rooms[id]
	if r == nil {
		r = &room{of: b, id: id}
		b.rooms[id] = r
	}
	return r
}

// has says whether anything of an environment is on disk.
func (b *Box) has(id string) bool {
	_, err := os.Lstat(b.folder(id))
	return goodID(id) && err == nil
}

// goodID says whether an ID is one: it becomes part of names of files and groups.
func goodID(id string) bool {
	for i, c := range id {
		if !(c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return id != "" && len(id) <= 40
}

func unknown(id string) error {
	return prentice.Errorf(prentice.NotFound, "there is no environment %q in the sandbox", clipped(id)).Try("prentice env list says which there are")
}

func clipped(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
