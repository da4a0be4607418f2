package verdictfile

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"prentice"
)

// sealed is a file whose first line is the digest of the rest: one that is cut off or
// altered is known. what says what it keeps, for people.
type sealed struct {
	dir, name, what string
}

func (s sealed) path() string { return filepath.Join(s.dir, s.name) }

// read is what the file holds; nil where there is none.
func (s sealed) read() ([]byte, error) {
	file, err := os.OpenFile(s.path(), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s cannot be read: %w", s.what, err).Try("see who owns %s", s.path())
	}
	defer file.Close()
	about, err := file.Stat()
	if err != nil || !about.Mode().IsRegular() || about.Size() > mostBytes {
		return nil, s.damaged()
	}
	raw := make([]byte, about.Size())
	if _, err := file.ReadAt(raw, 0); err != nil && len(raw) > 0 {
		return nil, s.damaged()
	}
	digest, body, found := bytes.Cut(raw, []byte("\n"))
	if !found || prentice.Digest(body) != string(digest) {
		return nil, s.damaged()
	}
	return body, nil
}

func (s sealed) damaged() error {
	return prentice.Errorf(prentice.Unavailable, "%s, in %s, is damaged: all is judged anew, and the file made anew", s.what, s.path())
}

// write replaces the file whole.
func (s sealed) write(body []byte) error {
	temp, err := os.CreateTemp(s.dir, left+"*")
	if err != nil {
		return notKept(err)
	}
	_, err = temp.WriteString(prentice.Digest(body) + "\n" + string(body))
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), s.path())
	}
	if err != nil {
		os.Remove(temp.Name()) //nolint:errcheck // what is said of the write says it all
		return notKept(err)
	}
	return nil
}

// left is how the names begin of files that are being written.
const left = ".verdicts-"

// hold keeps other processes from writing meanwhile, and takes away what killed ones
// left.
func (s sealed) hold(ctx context.Context) (free func(), err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, notKept(err)
	}
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, notKept(err)
	}
	for until := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if time.Now().After(until) || ctx.Err() != nil {
			return nil, errors.Join(notKept(errors.New("another check writes at the same time")), lock.Close())
		}
	}
	list, _ := os.ReadDir(s.dir) // what cannot be listed is not removed either
	for _, one := range list {
		if strings.HasPrefix(one.Name(), left) {
			os.Remove(filepath.Join(s.dir, one.Name())) //nolint:errcheck // it will be tried again
		}
	}
	return func() { lock.Close() }, nil //nolint:errcheck // the lock ends with it
}

func notKept(err error) error {
	return prentice.Errorf(prentice.Unavailable, "the verdicts count and are not remembered: %w", err).Try("the next check judges all anew; see whether the disk is full")
}
