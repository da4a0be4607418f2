package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"prentice"
)

// MaxFileBytes is the largest catalog file that is read.
const MaxFileBytes = 5 << 20

// file is one catalog file as it was found. Err says why it could not be read.
type file struct {
	name string // relative to the team folder, with slashes
	raw  []byte
	err  *prentice.Error
}

// isCatalog says whether a file of this name declares entities.
func isCatalog(name string) bool {
	return name == "catalog-info.yaml" || name == "catalog-info.yml"
}

// files hands over every catalog file below dir in the order of their names,
// one at a time. Hidden folders are passed over. A link is followed only when
// it leads to a file within dir.
func files(dir string, each func(file)) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return prentice.Errorf(prentice.NotFound, "team folder %s: %w", dir, cause(err)).Try("name the folder that holds catalog-info.yaml with --team")
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			each(file{name: name, err: unreadable(err)})
			return skipUnread(d)
		case d.IsDir() && name != "." && strings.HasPrefix(path.Base(name), "."):
			return fs.SkipDir
		case !d.IsDir() && isCatalog(path.Base(name)):
			raw, err := read(root, name)
			each(file{name: name, raw: raw, err: err})
		}
		return nil
	})
}

// skipUnread goes on after a folder that cannot be listed, so that the rest is
// still read and reported.
func skipUnread(d fs.DirEntry) error {
	if d != nil && d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func read(root *os.Root, name string) ([]byte, *prentice.Error) {
	info, err := root.Stat(name) // before opening: a named pipe would wait for ever
	switch {
	case err != nil:
		return nil, unreadable(err)
	case !info.Mode().IsRegular():
		return nil, prentice.Errorf(prentice.Invalid, "is not a plain file").Try("put the catalog into a file of that name, or rename this")
	case info.Size() > MaxFileBytes:
		return nil, tooLarge()
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case len(raw) > MaxFileBytes:
		return nil, tooLarge()
	}
	return raw, nil
}

func tooLarge() *prentice.Error {
	return prentice.Errorf(prentice.Limited, "has more than %d MB", MaxFileBytes>>20).Try("split it over several folders")
}

func unreadable(err error) *prentice.Error {
	if strings.Contains(err.Error(), "escapes from parent") {
		return prentice.Errorf(prentice.Refused, "is a link that leads out of the team folder").Try("copy the file in; links are followed only within the folder")
	}
	return prentice.Errorf(prentice.Unavailable, "is not readable: %w", cause(err)).Try("look at the file's owner and mode")
}

// cause is what went wrong without the path, which the finding names already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Fingerprint names what Load would read from dir: while it stays the same, so
// does the catalog. A folder that cannot be read has a fingerprint too, which
// changes when it can be read again.
func Fingerprint(dir string) string {
	sum := sha256.New()
	err := files(dir, func(f file) {
		fmt.Fprintf(sum, "%q %d %v\n", f.name, len(f.raw), f.err)
		sum.Write(f.raw)
	})
	if err != nil {
		fmt.Fprintf(sum, "unread %v", err)
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}
