package advisories

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
)

// Import makes a book and puts it in the place of the one that its source had.
func (s Shelf) Import(ctx context.Context, in advisory.Import) (is advisory.About, err error) {
	if s.Dir == "" {
		return is, prentice.Errorf(prentice.Invalid, "there is no folder to keep advisories in: neither HOME nor XDG_DATA_HOME is set").Try("name one: PRENTICE_ADVISORIES=/var/lib/advisories prentice advisory import …")
	}
	name, err := sourceOf(in.As, in.From)
	if err != nil {
		return is, err
	}
	if in.AsOf.After(in.Now.Add(24 * time.Hour)) {
		return is, prentice.Errorf(prentice.Invalid, "the advisories cannot be of %s, which is to come", in.AsOf.Format(time.DateOnly))
	}
	from, err := open(in.From)
	if err != nil {
		return is, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return is, notWritten(s.Dir, err)
	}
	s.sweep()
	f, err := os.CreateTemp(s.Dir, ".new-*")
	if err != nil {
		return is, notWritten(s.Dir, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // once it has its name there is nothing to remove
	defer f.Close()           //nolint:errcheck // it was synced, or is of no use
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return is, notWritten(s.Dir, err)
	}
	if is, err = write(ctx, f, from, name, in); err != nil {
		return is, err
	}
	if err := errors.Join(f.Sync(), os.Rename(f.Name(), filepath.Join(s.Dir, name+ending))); err != nil {
		return is, notWritten(s.Dir, err)
	}
	if d, err := os.Open(s.Dir); err == nil {
		d.Sync()  //nolint:errcheck // the book is there; a crash of the machine may bring the old one back
		d.Close() //nolint:errcheck // it was only synced
	}
	return is, nil
}

// write writes the book.
func write(ctx context.Context, f *os.File, from source, name string, in advisory.Import) (is advisory.About, err error) {
	buffered := bufio.NewWriterSize(f, 1<<20)
	w, err := advisory.NewWriter(buffered)
	if err != nil {
		return is, notWritten(f.Name(), err)
	}
	seen := map[string]string{}
	err = from.each(ctx, func(file string, text []byte) error {
		a, err := advisory.Parse(text)
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q: %w", file, err).Try("nothing was imported; take it out, or fetch the archive again")
		}
		if before, twice := seen[a.ID]; twice {
			return prentice.Errorf(prentice.Invalid, "%q: %s is in %q already", file, a.ID, before).Try("nothing was imported; take one of them out")
		}
		seen[a.ID] = file
		if err := w.Add(a); err != nil {
			return notWritten(filepath.Dir(f.Name()), err)
		}
		return nil
	})
	if err != nil {
		return is, err
	}
	if len(seen) == 0 {
		return is, prentice.Errorf(prentice.Invalid, "there is no advisory in %s: no file ends with .json", in.From).Try("import an archive or a folder in the OSV format")
	}
	is = advisory.About{Source: name, AsOf: in.AsOf.UTC(), Said: !in.AsOf.IsZero(), Imported: in.Now.UTC()}
	if !is.Said {
		switch is.AsOf = w.Newest().UTC(); {
		case is.AsOf.Year() < 1990:
			return is, prentice.Errorf(prentice.Invalid, "the advisories do not say of which day they are").Try("say when they were fetched: --as-of %s", in.Now.UTC().Format(time.DateOnly))
		case is.AsOf.After(in.Now.Add(24 * time.Hour)):
			return is, prentice.Errorf(prentice.Invalid, "an advisory says that it was changed at %s, which is to come", is.AsOf.Format(time.DateOnly)).Try("see whether the clock is right, or say when they were fetched: --as-of %s", in.Now.UTC().Format(time.DateOnly))
		}
	}
	if is, err = w.Close(is); err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return is, notWritten(filepath.Dir(f.Name()), err)
	}
	return is, nil
}

// sweep removes what imports left that were killed: no one holds their lock.
func (s Shelf) sweep() {
	list, _ := os.ReadDir(s.Dir)
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), ".new-") || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(s.Dir, e.Name())
		if f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0); err == nil {
			about, err := f.Stat()
			// one that was made a moment ago may not have its lock yet
			if err == nil && time.Since(about.ModTime()) > time.Minute && syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
				os.Remove(path) //nolint:errcheck // the next import tries again
			}
			f.Close() //nolint:errcheck // it was only looked at
		}
	}
}

func notWritten(dir string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return prentice.Errorf(prentice.Unavailable, "the advisories cannot be written to %s: %w; those of before stay", dir, err).Try("see whether there is room, and who owns the folder")
}
