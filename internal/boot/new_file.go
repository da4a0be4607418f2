package boot

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"prentice"
)

// errThere says that a file is there already, with other contents.
var errThere = errors.New("it is there already")

// writeNew makes a file that is not there yet. It is there whole or not at all, also
// after a power cut, and never in the place of another: two that make it at once
// do not mix. One that is there with the same contents is as good; made says whether
// it is ours.
func writeNew(file string, text []byte, mode fs.FileMode) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".prentice-new-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is linked by then, or of no use
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return false, err
	}
	switch err := os.Link(f.Name(), file); {
	case errors.Is(err, fs.ErrExist):
		return false, sameText(file, text)
	case err != nil:
		return false, err
	}
	return true, syncFolder(filepath.Dir(file))
}

// replaceFile puts a text in the place of a file: whole or not at all, also after a power
// cut. The mode stays.
func replaceFile(file string, text []byte) error {
	about, err := os.Stat(file)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".prentice-new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has another name by then, or is of no use
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(about.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// sameText says whether a file has just these contents.
func sameText(file string, text []byte) error {
	about, err := os.Stat(file)
	if err != nil || !about.Mode().IsRegular() || about.Size() != int64(len(text)) {
		return errThere
	}
	there, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, text) {
		return errThere
	}
	return nil
}

// cannotMake is why a file of the team could not be written.
func cannotMake(file string, err error) error {
	if errors.Is(err, errThere) {
		return prentice.Errorf(prentice.Conflict, "%s is there already, and nothing is overwritten", file).Try("choose another name, or move it away")
	}
	return prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", file, err).Try("free space, or look at the folder's owner and mode")
}
