package check

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// FS is the tree as a file system for those who read files by name. A link is one and is not
// followed: its content is where it leads. What is in another repository is not in it, and
// neither is a path that no file system of this sort has.
func (t *Tree) FS() fs.FS {
	f := &treeFS{tree: t, files: map[string]File{}, dirs: map[string][]fs.DirEntry{".": nil}}
	for _, one := range t.Files {
		if one.Mode == Submodule || !fs.ValidPath(one.Path) {
			continue
		}
		f.files[one.Path] = one
		f.enter(one.Path, entry{name: path.Base(one.Path), file: one})
	}
	for name := range f.dirs {
		slices.SortFunc(f.dirs[name], func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return f
}

type treeFS struct {
	tree  *Tree
	files map[string]File
	dirs  map[string][]fs.DirEntry
}

// enter puts an entry into its folder, and the folder into its own.
func (f *treeFS) enter(name string, e entry) {
	dir := path.Dir(name)
	_, known := f.dirs[dir]
	f.dirs[dir] = append(f.dirs[dir], e)
	if !known {
		f.enter(dir, entry{name: path.Base(dir), dir: true})
	}
}

// Open implements fs.FS.
func (f *treeFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if one, ok := f.files[name]; ok {
		text, err := f.tree.Read(one)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &opened{Reader: bytes.NewReader(text), entry: entry{name: path.Base(name), file: one, size: int64(len(text))}}, nil
	}
	if list, ok := f.dirs[name]; ok {
		return &folder{entry: entry{name: path.Base(name), dir: true}, list: list}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Lstat implements fs.ReadLinkFS, and reads nothing.
func (f *treeFS) Lstat(name string) (fs.FileInfo, error) {
	if one, ok := f.files[name]; ok {
		return entry{name: path.Base(name), file: one}, nil
	}
	if _, ok := f.dirs[name]; ok {
		return entry{name: path.Base(name), dir: true}, nil
	}
	return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
}

// ReadLink implements fs.ReadLinkFS.
func (f *treeFS) ReadLink(name string) (string, error) {
	one, ok := f.files[name]
	if !ok || one.Mode != Link {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	to, err := f.tree.Read(one)
	return string(to), err
}

// entry is what is said of a file or folder.
type entry struct {
	name string
	file File
	dir  bool
	size int64
}

func (e entry) Name() string               { return e.name }
func (e entry) IsDir() bool                { return e.dir }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) Sys() any                   { return nil }

func (e entry) Size() int64 {
	if e.size == 0 {
		return e.file.Size
	}
	return e.size
}

func (e entry) Mode() fs.FileMode {
	switch {
	case e.dir:
		return fs.ModeDir | 0o755
	case e.file.Mode == Executable:
		return 0o755
	case e.file.Mode == Link:
		return fs.ModeSymlink | 0o777
	}
	return 0o644
}

type opened struct {
	*bytes.Reader
	entry
}

func (o *opened) Stat() (fs.FileInfo, error) { return o.entry, nil }
func (o *opened) Close() error               { return nil }
func (o *opened) Size() int64                { return o.entry.Size() }

type folder struct {
	entry
	list []fs.DirEntry
	at   int
}

func (d *folder) Stat() (fs.FileInfo, error) { return d.entry, nil }
func (d *folder) Close() error               { return nil }

func (d *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := d.list[d.at:]
	if n <= 0 {
		d.at = len(d.list)
		return rest, nil
	}
	if len(rest) == 0 {
		return nil, io.EOF
	}
	rest = rest[:min(n, len(rest))]
	d.at += len(rest)
	return rest, nil
}

var (
	_ fs.ReadDirFile = (*folder)(nil)
	_ fs.File        = (*opened)(nil)
	_ fs.ReadLinkFS  = (*treeFS)(nil)
)
