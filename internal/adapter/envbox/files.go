package envbox

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"prentice"
)

func splitPath(path string) (list []string) {
	for name := range strings.SplitSeq(path, "/") {
		if name != "" && name != "." {
			list = append(list, name)
		}
	}
	return list
}

// unpack writes a tree: files, folders and links, as they are.
func unpack(ctx context.Context, tree fs.FS, to string, own int) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it was only written to
	var bytes int64
	files := 0
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if files++; files > mostFiles {
			return prentice.Errorf(prentice.Limited, "the revision has more than %d files", mostFiles)
		}
		switch {
		case name == ".":
			return nil
		case d.IsDir():
			return root.Mkdir(name, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			leads, err := fs.ReadLink(tree, name)
			if err != nil {
				return nil // it is of a tree that tells nothing of links
			}
			return root.Symlink(leads, name)
		case !d.Type().IsRegular():
			return nil
		}
		n, err := unpackFile(tree, root, name)
		if bytes += n; bytes > mostTree {
			return prentice.Errorf(prentice.Limited, "the revision has more than %d bytes", int64(mostTree))
		}
		return err
	})
	return errors.Join(err, chown(to, own))
}

func unpackFile(tree fs.FS, root *os.Root, name string) (int64, error) {
	from, err := tree.Open(name)
	if err != nil {
		return 0, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	mode := fs.FileMode(0o644)
	if info, err := from.Stat(); err == nil && info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, io.LimitReader(from, mostTree+1))
	return n, errors.Join(err, f.Close())
}

// copyAll copies a folder or a file with all that is in it, for an owner; links stay links.
func copyAll(ctx context.Context, from, to string, own int) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case info.IsDir():
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
		list, err := os.ReadDir(from)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := copyAll(ctx, filepath.Join(from, e.Name()), filepath.Join(to, e.Name()), own); err != nil {
				return err
			}
		}
		if err := os.Chmod(to, info.Mode().Perm()); err != nil {
			return err
		}
	case info.Mode()&fs.ModeSymlink != 0:
		leads, err := os.Readlink(from)
		if err != nil {
			return err
		}
		if err := os.Symlink(leads, to); err != nil {
			return err
		}
	case info.Mode().IsRegular():
		if err := copyFile(from, to, info.Mode().Perm()); err != nil {
			return err
		}
	default:
		return nil
	}
	return chown(to, own)
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.OpenFile(from, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in) // the kernel copies, and shares what it can
	return errors.Join(err, out.Close())
}

// removeAll removes a folder that someone else wrote to: folders that no one may enter, and
// those that stand deeper than a path is long.
func removeAll(path string) error {
	err := os.RemoveAll(path)
	for range 100 {
		if err == nil {
			return nil
		}
		filepath.WalkDir(path, func(name string, d fs.DirEntry, _ error) error { //nolint:errcheck // what cannot be opened is said by the next try
			if d != nil && d.IsDir() {
				os.Chmod(name, 0o700) //nolint:errcheck // so is it here
			}
			return nil
		})
		err = os.RemoveAll(path)
	}
	return err
}
