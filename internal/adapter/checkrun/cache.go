package checkrun

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/toolchain"
)

// mostCache is how large a cache may become before it is begun anew.
const mostCache = 2 << 30

// cache is a folder that runs find filled.
type cache struct {
	from   string // on the machine
	within string // in the sandbox
}

func cachesIn(keep string) string { return filepath.Join(keep, "cache") }

// cachesOf are the caches of a repository with these folders: in the home, or in the tree.
func cachesOf(keep string, folders []string) (list []cache) {
	if keep == "" {
		return nil
	}
	for _, f := range folders {
		within := f
		switch rest, ofHome := strings.CutPrefix(f, "~/"); {
		case ofHome:
			within = path.Join(toolchain.Home, rest)
		case !path.IsAbs(f):
			within = path.Join("/work", f)
		}
		_, name, _ := strings.Cut(prentice.Digest([]byte(within)), ":")
		list = append(list, cache{filepath.Join(cachesIn(keep), name[:16]), within})
	}
	return list
}

// lend makes the caches there and mounts them: a run may write to what it finds, and what
// is lent stays as it is. Until unlock nothing is saved to them.
func (j *job) lend(keep string) (unlock func(), err error) {
	if len(j.caches) == 0 {
		return func() {}, nil
	}
	if err := os.MkdirAll(cachesIn(keep), 0o700); err != nil {
		return nil, err
	}
	lock, err := locked(keep, syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	for _, c := range j.caches {
		if err := c.fresh(); err != nil {
			lock.Close() //nolint:errcheck // the first error says it all
			return nil, err
		}
		j.Mounts = append(j.Mounts, sandbox.Mount{From: c.from, To: c.within, Write: true})
	}
	return func() { lock.Close() }, nil //nolint:errcheck // it was only held
}

func (j *job) cachesWithin() (list []string) {
	for _, c := range j.caches {
		list = append(list, c.within)
	}
	return list
}

// save adds what a run wrote into its caches, where no other run uses them now.
func (j *job) save(keep, archive string) error {
	lock, err := locked(keep, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil // the next run saves
	}
	if err != nil {
		return err
	}
	defer lock.Close() //nolint:errcheck // it was only held
	for _, c := range j.caches {
		if err := c.save(archive); err != nil {
			return prentice.Errorf(prentice.Unavailable, "the cache %s cannot be kept: %w", c.within, err).Try("remove %s", c.from)
		}
	}
	return nil
}

func (c cache) save(archive string) error {
	if c.size() > mostCache {
		if err := os.RemoveAll(c.from); err != nil {
			return err
		}
		if err := os.Mkdir(c.from, 0o700); err != nil {
			return err
		}
	}
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	root, err := os.OpenRoot(c.from)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // what was written is closed
	_, err = sandbox.Take(file, root, func(place string) string {
		name, in := strings.CutPrefix("/"+place, c.within+"/")
		if !in {
			return ""
		}
		return name
	})
	return errors.Join(err, sandbox.Lendable(c.from))
}

func (c cache) size() (bytes int64) {
	c.each(func(_ string, info fs.FileInfo) { bytes += info.Size() })
	return bytes
}

func (c cache) each(do func(file string, info fs.FileInfo)) {
	filepath.WalkDir(c.from, func(file string, d fs.DirEntry, err error) error { //nolint:errcheck // it gives none
		if err == nil {
			if info, err := d.Info(); err == nil {
				do(file, info)
			}
		}
		return nil
	})
}

// fresh makes the files of a cache as new as the folder says that they are: some tools
// note when they used a file, which would copy it for each run.
func (c cache) fresh() error {
	info, err := os.Stat(c.from)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(os.MkdirAll(c.from, 0o700), sandbox.Lendable(c.from))
	}
	if err != nil {
		return err
	}
	if now := time.Now(); now.Sub(info.ModTime()) > 45*time.Minute {
		c.each(func(file string, _ fs.FileInfo) { os.Chtimes(file, now, now) }) //nolint:errcheck // then it is copied
	}
	return nil
}

// locked holds the lock of the caches of a repository.
func locked(keep string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(cachesIn(keep), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
