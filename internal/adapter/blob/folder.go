package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// unfinished ends the name of a file that is no object yet; no object's name may.
const unfinished = "~"

// folder is a storage on this machine: each object is a file.
type folder string

func (f folder) file(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

// put gives a file its name once all of it is on the disk, beside where it
// stands then, because a rename from another disk is none.
func (f folder) put(_ context.Context, name string, r io.Reader) error {
	file := f.file(name)
	within := filepath.Dir(file)
	if err := os.MkdirAll(within, 0o700); err != nil {
		return err
	}
	half, err := os.CreateTemp(within, "*"+unfinished)
	if err != nil {
		return err
	}
	_, err = io.Copy(half, r)
	if err := errors.Join(err, half.Sync(), half.Close()); err != nil {
		return errors.Join(err, os.Remove(half.Name()))
	}
	if err := os.Rename(half.Name(), file); err != nil {
		return errors.Join(err, os.Remove(half.Name()))
	}
	return settle(within)
}

// settle waits until the names in a folder are on the disk.
func settle(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (f folder) read(_ context.Context, name string, from, length int64) (io.ReadCloser, error) {
	file, err := os.Open(f.file(name))
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if length < 0 {
		return file, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(file, length), file}, nil
}

// list tells of what stands there when it is looked at. What goes meanwhile is
// passed over.
func (f folder) list(ctx context.Context, prefix string, each func(object) error) error {
	var all []object
	within := f.file(prefix[:strings.LastIndex(prefix, "/")+1])
	err := filepath.WalkDir(within, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || d.IsDir() {
			return unlessGone(err)
		}
		rest, err := filepath.Rel(string(f), path)
		name := filepath.ToSlash(rest)
		if err != nil || !strings.HasPrefix(name, prefix) || strings.HasSuffix(name, unfinished) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return unlessGone(err)
		}
		all = append(all, object{name, info.Size(), info.ModTime()})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(a.name, b.name) })
	for _, o := range all {
		if err := each(o); err != nil {
			return err
		}
	}
	return nil
}

func (f folder) remove(_ context.Context, name string) error {
	return unlessGone(os.Remove(f.file(name)))
}

func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// object is what a list tells of one.
type object struct {
	name string
	size int64
	made time.Time
}
