package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
)

// Content keeps bytes in a folder, by their digest. What is half written is in a file of
// another kind of name, so that a kill leaves nothing that looks whole.
type Content struct {
	Dir  string
	Most int64 // bytes of one; 0 is 2 GiB
}

const usualMost = 2 << 30

func (c Content) most() int64 {
	if c.Most > 0 {
		return c.Most
	}
	return usualMost
}

func (c Content) path(digest string) string {
	bare := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(c.Dir, bare[:2], bare)
}

// Take keeps bytes and says which they are. want is the digest that they must have; "" is
// any. The same bytes twice are kept once.
func (c Content) Take(from io.Reader, want string) (digest string, size int64, err error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return "", 0, unkept(err)
	}
	f, err := os.CreateTemp(c.Dir, ".part-*")
	if err != nil {
		return "", 0, unkept(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has another name then
	defer f.Close()           //nolint:errcheck // closed below
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(from, c.most()+1))
	if err != nil {
		return "", 0, unkept(err)
	}
	digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	switch {
	case size > c.most():
		return "", 0, prentice.Errorf(prentice.Limited, "the artefact has more than %d bytes", c.most()).Try("keep it in a registry and add it by its digest: prentice artifact add --image")
	case size == 0:
		return "", 0, prentice.Errorf(prentice.Invalid, "the artefact is empty").Try("look whether the build has made it")
	case want != "" && want != digest:
		return "", 0, prentice.Errorf(prentice.Conflict, "the bytes that came are %s, and were to be %s", digest, want).Try("send them again: something on the way has changed them")
	}
	to := c.path(digest)
	if err := errors.Join(f.Sync(), f.Close(), os.MkdirAll(filepath.Dir(to), 0o700)); err != nil {
		return "", 0, unkept(err)
	}
	if err := os.Rename(f.Name(), to); err != nil {
		return "", 0, unkept(err)
	}
	return digest, size, syncDir(filepath.Dir(to))
}

// Open reads what is kept. Who reads it to the end with Checked knows that it is that.
func (c Content) Open(digest string) (*os.File, error) {
	f, err := os.Open(c.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, prentice.Errorf(prentice.NotFound, "the bytes of %s are not kept here", digest).Try("add the file again: prentice artifact add FILE")
	}
	return f, err
}

// Read is all of a small one, which is what it was.
func (c Content) Read(digest string, most int64) ([]byte, error) {
	f, err := c.Open(digest)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	raw, err := io.ReadAll(io.LimitReader(f, most))
	if err == nil && prentice.Digest(raw) != digest {
		err = damaged(digest)
	}
	return raw, err
}

// Check reads all of it, and says whether it still is what it was.
func (c Content) Check(digest string) error {
	f, err := c.Open(digest)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return unkept(err)
	}
	if "sha256:"+hex.EncodeToString(sum.Sum(nil)) != digest {
		return damaged(digest)
	}
	return nil
}

// Remove lets go of bytes.
func (c Content) Remove(digest string) error {
	if err := os.Remove(c.path(digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unkept(err)
	}
	return nil
}

// Sweep removes what no one needs and is older than a moment: parts that a kill left, and
// bytes that were sent and never made an artefact.
func (c Content) Sweep(before time.Time, needed func(digest string) (bool, error)) (removed int, err error) {
	err = filepath.WalkDir(c.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			return nil
		}
		if err != nil {
			return err
		}
		if !strings.HasPrefix(d.Name(), ".part-") {
			if need, err := needed("sha256:" + d.Name()); err != nil || need {
				return err
			}
		}
		removed++
		return os.Remove(path)
	})
	return removed, err
}

func damaged(digest string) error {
	return prentice.Errorf(prentice.Conflict, "what is kept of %s is damaged: it has another digest now", digest).Try("add the same file again, and look at the disk")
}

func unkept(err error) error {
	if prentice.KindOf(err) != prentice.Internal {
		return err
	}
	return prentice.Errorf(prentice.Unavailable, "the bytes of an artefact cannot be kept: %w", err).Try("look whether the disk of the data folder is full")
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("keep the name of an artefact: %w", err)
	}
	defer d.Close() //nolint:errcheck // it was only read
	return d.Sync()
}
