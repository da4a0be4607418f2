package verdictfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// The bounds of the file.
const (
	mostEntries = 4000
	mostBytes   = 32 << 20
	patience    = 2 * time.Second
)

// File keeps outcomes at Dir, which is made when the first is kept.
type File struct {
	Dir string

	mu     sync.Mutex // guards the rest
	loaded bool
	kept   map[claims.Basis]entry
}

// entry is an outcome as it is kept.
type entry struct {
	Basis claims.Basis `json:"basis"`
	check.Packed
	Used int64 `json:"used"` // in seconds
}

// Kept implements check.Keeper.
func (f *File) Kept(_ context.Context, of []claims.Basis) (map[claims.Basis]check.Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return nil, err
	}
	found := map[claims.Basis]check.Outcome{}
	for _, b := range of {
		if e, there := f.kept[b]; there {
			found[b] = e.Unpack()
		}
	}
	return found, nil
}

func entryOf(b claims.Basis, o check.Outcome, now time.Time) entry {
	return entry{Basis: b, Packed: check.Pack(o), Used: now.Unix()}
}

func (f *File) path() string { return filepath.Join(f.Dir, "verdicts.json") }

// load reads the file once. The first line is the digest of the rest.
func (f *File) load() error {
	if f.loaded {
		return nil
	}
	f.loaded, f.kept = true, map[claims.Basis]entry{}
	list, err := read(f.path())
	for _, e := range list {
		f.kept[e.Basis] = e
	}
	return err
}

func read(path string) ([]entry, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "what was judged before cannot be read: %w", err).Try("see who owns %s", path)
	}
	defer file.Close()
	about, err := file.Stat()
	damaged := prentice.Errorf(prentice.Unavailable, "what was judged before, in %s, is damaged: all is judged anew, and the file made anew", path)
	if err != nil || !about.Mode().IsRegular() || about.Size() > mostBytes {
		return nil, damaged
	}
	raw := make([]byte, about.Size())
	if _, err := file.ReadAt(raw, 0); err != nil && len(raw) > 0 {
		return nil, damaged
	}
	digest, body, found := bytes.Cut(raw, []byte("\n"))
	var list []entry
	if !found || prentice.Digest(body) != string(digest) || json.Unmarshal(body, &list) != nil {
		return nil, damaged
	}
	return list, nil
}

// Keep implements check.Keeper. What another process kept meanwhile stays.
func (f *File) Keep(ctx context.Context, now time.Time, list map[claims.Basis]check.Outcome) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return notKept(err)
	}
	free, err := f.hold(ctx)
	if err != nil {
		return err
	}
	defer free()
	there, _ := read(f.path()) // one that is damaged is made anew: that was said when it was read
	all := map[claims.Basis]entry{}
	for _, e := range there {
		all[e.Basis] = e
	}
	for b, o := range list {
		all[b] = entryOf(b, o, now)
	}
	f.kept, f.loaded = all, true
	return f.write(all)
}

// write replaces the file whole.
func (f *File) write(all map[claims.Basis]entry) error {
	list := make([]entry, 0, len(all))
	for _, e := range all {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return int(b.Used - a.Used) })
	list = list[:min(len(list), mostEntries)]
	var body []byte
	for {
		var err error
		if body, err = json.Marshal(list); err != nil {
			return fmt.Errorf("keep verdicts: %w", err)
		}
		if len(body) < mostBytes-100 {
			break
		}
		list = list[:len(list)/2]
	}
	temp, err := os.CreateTemp(f.Dir, ".verdicts-*")
	if err != nil {
		return notKept(err)
	}
	_, err = temp.WriteString(prentice.Digest(body) + "\n" + string(body))
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), f.path())
	}
	if err != nil {
		os.Remove(temp.Name()) //nolint:errcheck // what is said of the write says it all
		return notKept(err)
	}
	return nil
}

// hold keeps other processes from writing meanwhile, and takes away what killed ones
// left.
func (f *File) hold(ctx context.Context) (free func(), err error) {
	lock, err := os.OpenFile(filepath.Join(f.Dir, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, notKept(err)
	}
	for until := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return nil, errors.Join(notKept(errors.New("another check writes at the same time")), lock.Close())
		}
	}
	list, _ := os.ReadDir(f.Dir) // what cannot be listed is not removed either
	for _, left := range list {
		if strings.HasPrefix(left.Name(), ".verdicts-") {
			os.Remove(filepath.Join(f.Dir, left.Name())) //nolint:errcheck // it will be tried again
		}
	}
	return func() { lock.Close() }, nil //nolint:errcheck // the lock ends with it
}

func notKept(err error) error {
	return prentice.Errorf(prentice.Unavailable, "the verdicts count and are not remembered: %w", err).Try("the next check judges all anew; see whether the disk is full")
}

var _ check.Keeper = (*File)(nil)
