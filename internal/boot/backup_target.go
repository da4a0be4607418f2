package boot

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"prentice"
)

// target is the file that a backup becomes: until it is whole it lies beside it, as
// .NAME.partial, and one process writes it.
type target struct {
	path, file string
	f          *os.File
	done       bool
}

// claimTarget begins a file that takes the place of another. What a backup before
// left that did not come to its end is written over.
func claimTarget(file string) (*target, error) {
	t := &target{file: file, path: filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".partial")}
	for {
		f, err := os.OpenFile(t.path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return nil, prentice.Errorf(prentice.Unavailable, "the backup cannot be written: %w", err).Try("name a file in a folder that is there and that this user may write to")
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			f.Close()
			return nil, prentice.Errorf(prentice.Conflict, "another backup is being written to %s", file).Try("wait for its end, or name another file")
		}
		if !isAt(f, t.path) { // it was finished between the opening and the lock
			f.Close()
			continue
		}
		t.f = f
		if err := errors.Join(f.Truncate(0), f.Chmod(0o600)); err != nil {
			return nil, errors.Join(prentice.Errorf(prentice.Unavailable, "the backup cannot be written: %w", err).Try("name another file"), t.abandon())
		}
		return t, nil
	}
}

func isAt(f *os.File, path string) bool {
	is, err := f.Stat()
	there, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(is, there)
}

// finish puts the whole file in its place, so that it is there after a power cut, and
// says what it is.
func (t *target) finish() (sum string, size int64, err error) {
	if err := t.f.Sync(); err != nil {
		return "", 0, err
	}
	if _, err := t.f.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	h := sha256.New()
	if size, err = io.Copy(h, t.f); err != nil {
		return "", 0, err
	}
	if err := os.Rename(t.path, t.file); err != nil {
		return "", 0, err
	}
	t.done = true
	return hex.EncodeToString(h.Sum(nil)), size, errors.Join(syncFolder(filepath.Dir(t.file)), t.f.Close())
}

// abandon takes away what did not become whole.
func (t *target) abandon() error {
	if t.done {
		return nil
	}
	err := os.Remove(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, t.f.Close())
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) { // a file system that cannot
		err = nil
	}
	return errors.Join(err, folder.Close())
}
