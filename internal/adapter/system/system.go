package system

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/clip"
)

// found are files by their path in the system. One that cannot be read has its error.
type found map[string]content

type content struct {
	text []byte
	size int64
	err  error
}

// Open is the files that say what a system holds, as a tree: of a root folder, or of an image
// in a file.
func Open(ctx context.Context, name string) (*check.Tree, error) {
	about, err := os.Stat(name)
	if err != nil {
		return nil, prentice.Errorf(prentice.NotFound, "there is no system at %q", clip.Text(name)).Try("name a root folder, or a file that docker save or podman save wrote")
	}
	files := found{}
	switch {
	case about.IsDir():
		err = files.root(name)
	case about.Mode().IsRegular():
		err = files.image(ctx, name)
	default:
		err = prentice.Errorf(prentice.Invalid, "%q is neither a folder nor a file", clip.Text(name))
	}
	if err != nil {
		return nil, err
	}
	if !files.say() {
		return nil, prentice.Errorf(prentice.NotFound, "%q says of no packages: it has neither a database of dpkg or apk nor a lock file", clip.Text(name)).
			Try("name the root of a Debian, Ubuntu or Alpine; what other systems hold is not known here")
	}
	return files.tree(filepath.Base(name)), nil
}

// say says whether a file names packages.
func (f found) say() bool {
	for name := range f {
		if dependency.Names(check.File{Path: name}) {
			return true
		}
	}
	return false
}

// newApk is where newer systems keep what older ones keep at oldApk.
const (
	newApk = "usr/lib/apk/db/installed"
	oldApk = "lib/apk/db/installed"
)

func (f found) tree(name string) *check.Tree {
	if c, there := f[newApk]; there {
		delete(f, newApk)
		if _, both := f[oldApk]; !both {
			f[oldApk] = c
		}
	}
	t := &check.Tree{Name: name, Content: func(file check.File) ([]byte, error) {
		c := f[file.Path]
		return c.text, c.err
	}}
	for path, c := range f {
		t.Files = append(t.Files, check.File{Path: path, Mode: check.Regular, Size: c.size})
	}
	slices.SortFunc(t.Files, func(a, b check.File) int { return strings.Compare(a.Path, b.Path) })
	t.Digest = check.Digest(t.Files)
	return t
}

// releases say of which system a root is.
var releases = []string{"etc/os-release", "usr/lib/os-release"}

// wanted says whether a file says what a system holds.
func wanted(name string) bool {
	return slices.Contains(releases, name) || dependency.Names(check.File{Path: name})
}

// take reads a file, so much of it as is read of any.
func (f found) take(name string, size int64, from io.Reader) {
	c := content{size: size}
	if size <= check.MostFile {
		c.text, c.err = io.ReadAll(io.LimitReader(from, check.MostFile))
		if c.err == nil && int64(len(c.text)) != size {
			c.err = prentice.Errorf(prentice.Unavailable, "%d of its %d bytes are there", len(c.text), size)
		}
	}
	f[name] = c
}

// root finds the databases of a root folder. It looks where they are, and not through all
// of it.
func (f found) root(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "%q cannot be read: %w", clip.Text(dir), err).Try("look at its owner and mode")
	}
	defer root.Close() //nolint:errcheck // it was only read
	names := append(slices.Clone(releases), "var/lib/dpkg/status", oldApk, newApk)
	const each = "var/lib/dpkg/status.d"
	if d, err := root.Open(each); err == nil {
		entries, err := d.ReadDir(10_000)
		d.Close() //nolint:errcheck // it was only read
		if err != nil && !errors.Is(err, io.EOF) {
			f[path.Join(each, "all")] = content{err: err}
		}
		for _, e := range entries {
			names = append(names, path.Join(each, e.Name()))
		}
	}
	for _, name := range names {
		about, err := root.Stat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && about.IsDir() || !wanted(name) {
			continue
		}
		if err == nil && !about.Mode().IsRegular() {
			err = prentice.Errorf(prentice.Invalid, "it is no plain file")
		}
		if err != nil {
			f[name] = content{err: err}
			continue
		}
		file, err := root.Open(name)
		if err != nil {
			f[name] = content{err: err}
			continue
		}
		f.take(name, about.Size(), file)
		file.Close() //nolint:errcheck // it was only read
	}
	return nil
}
