package standard

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"prentice"
)

// TeamFolder is where a team keeps standards for all of its repositories, in its own folder.
const TeamFolder = "standards"

// mostStandards is how many standards a team may have.
const mostStandards = 200

// File is a standard as it is kept.
type File struct {
	Name string
	Text []byte
}

// InFolder are the standards of a team folder; none where there is no such folder. Links
// that lead out of it are not followed.
func InFolder(dir string) ([]File, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the team folder cannot be read: %w", err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	names, err := fs.Glob(root.FS(), TeamFolder+"/*.md")
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the standards of the team cannot be read: %w", err)
	}
	if len(names) > mostStandards {
		return nil, prentice.Errorf(prentice.Limited, "the team folder has %d standards, at most %d are read", len(names), mostStandards).Try("join some of them")
	}
	var list []File
	for _, name := range names {
		text, err := readIn(root, name)
		if err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", name, err).Try("put a plain file there; links must stay within the team folder")
		}
		list = append(list, File{path.Join("team", name), text})
	}
	return list, nil
}

// readIn reads a plain file, at most one byte more than Read accepts, which then says so.
func readIn(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("it is not a plain file"))
	}
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}
