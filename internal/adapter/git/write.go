package git

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"prentice"
	"prentice/internal/engine/check"
)

// Write makes files of the working tree what edits say. Each is replaced whole; no link
// is followed, neither at the end of a path nor on its way, and nothing in .git is
// written.
func (w *Work) Write(list []check.Edit) error {
	root, err := w.disk()
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := put(root, e); err != nil {
			return prentice.Errorf(prentice.Unavailable, "%q is not written: %w", e.Path, err).Try("see what was written until then: git diff")
		}
	}
	return nil
}

func put(root *os.Root, e check.Edit) error {
	if !fs.ValidPath(e.Path) || e.Path == "." || slices.Contains(parts(e.Path), ".git") {
		return errors.New("it is no path of a file")
	}
	mode := fs.FileMode(0o644)
	for at := e.Path; at != "."; at = path.Dir(at) {
		about, err := root.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case at == e.Path && about.Mode().IsRegular():
			mode = about.Mode().Perm()
		case at == e.Path || !about.IsDir():
			return errors.New("a link or something else is there, and is not written through")
		}
	}
	if e.Remove {
		return root.Remove(e.Path)
	}
	switch e.Mode {
	case check.Executable:
		mode |= 0o111
	case check.Regular:
		mode &^= 0o111
	case check.Link, check.Submodule:
		return errors.New("only files are written")
	}
	into := root.Rename
	if e.New {
		into = root.Link // which takes the place of nothing
	}
	return replace(root, e.Path, e.Content, mode, into)
}

// replace writes beside the file and puts the whole in its place.
func replace(root *os.Root, name string, text []byte, mode fs.FileMode, into func(from, to string) error) error {
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	temp := path.Join(path.Dir(name), ".prentice-"+rand.Text())
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Chmod(mode), file.Close()); err == nil {
		err = into(temp, name)
	}
	if gone := root.Remove(temp); err != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// parts are the names of a path.
func parts(p string) (list []string) {
	for p != "." && p != "/" {
		list = append(list, path.Base(p))
		p = path.Dir(p)
	}
	return list
}
