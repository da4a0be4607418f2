// Package blob keeps objects: bytes under a name that are written once, whole or
// not at all, and read in part.
//
// Its words: a bucket is where objects are, a folder or a bucket of a storage
// that speaks S3; its address says which.
//
// The name of an object is letters, digits and - . / # alone, so that it is the
// same in every storage. An object that Put returned for outlives a power cut.
//
// It refuses credentials in an address, because addresses are printed: they come
// from where every program for S3 takes them (AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, or a file). It opens nothing before the first use, so
// that what is not used takes no memory.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"prentice"
)

// Bucket is where objects are. Use New.
type Bucket struct {
	address string
	folder  string // "" when it is not one
	prefix  string // of all names

	mu     sync.Mutex
	bucket *blob.Bucket // nil before the first use; guarded by mu
}

// New is the bucket at an address. It says what is wrong with one, and touches
// nothing yet.
func New(address string) (*Bucket, error) {
	if !strings.Contains(address, "://") {
		return &Bucket{address: address, folder: address}, nil
	}
	prefix, err := checkS3(address)
	return &Bucket{address: address, prefix: prefix}, err
}

func (b *Bucket) open(ctx context.Context) (*blob.Bucket, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bucket != nil {
		return b.bucket, nil
	}
	var err error
	if b.folder != "" {
		// Beside the object, because a rename from another disk is none.
		b.bucket, err = fileblob.OpenBucket(b.folder, &fileblob.Options{CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	} else {
		b.bucket, err = openS3(ctx, b.address)
	}
	return b.bucket, err
}

// Close ends its use.
func (b *Bucket) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bucket == nil {
		return nil
	}
	err := b.bucket.Close()
	b.bucket = nil
	return err
}

// Put makes an object of all that r gives. One of the same name is replaced.
func (b *Bucket) Put(ctx context.Context, name string, r io.Reader) error {
	bucket, err := b.open(ctx)
	if err != nil {
		return b.trouble("write", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before Close, it gives up what was written
	w, err := bucket.NewWriter(ctx, b.prefix+name, &blob.WriterOptions{ContentType: "application/octet-stream", MaxConcurrency: 1})
	if err != nil {
		return b.trouble("write", err)
	}
	if _, err := io.Copy(w, r); err != nil {
		cancel()
		return b.trouble("write", errors.Join(err, w.Close()))
	}
	if err := w.Close(); err != nil {
		return b.trouble("write", err)
	}
	return b.settle(name)
}

// settle waits until an object in a folder is on the disk.
func (b *Bucket) settle(name string) error {
	if b.folder == "" {
		return nil
	}
	file := filepath.Join(b.folder, filepath.FromSlash(name))
	for _, path := range []string{file, filepath.Dir(file)} {
		f, err := os.Open(path)
		if err != nil {
			return b.trouble("write", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return b.trouble("write", err)
		}
	}
	return nil
}

// Read gives length bytes of an object from a place on, or all from there with
// -1. Without the object it is fs.ErrNotExist.
func (b *Bucket) Read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error) {
	bucket, err := b.open(ctx)
	if err != nil {
		return nil, b.trouble("read", err)
	}
	r, err := bucket.NewRangeReader(ctx, b.prefix+name, from, length, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("object %s: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, b.trouble("read", err)
	}
	return part{r, b}, nil
}

// part is what is read of an object.
type part struct {
	io.ReadCloser
	of *Bucket
}

func (p part) Read(raw []byte) (int, error) {
	n, err := p.ReadCloser.Read(raw)
	if err != nil && !errors.Is(err, io.EOF) {
		err = p.of.trouble("read", err)
	}
	return n, err
}

// List tells of the objects whose names begin with prefix, in the order of names.
func (b *Bucket) List(ctx context.Context, prefix string, each func(name string, size int64, made time.Time) error) error {
	bucket, err := b.open(ctx)
	if err != nil {
		return b.trouble("list", err)
	}
	last, tries := "", 0
	for list := bucket.List(&blob.ListOptions{Prefix: b.prefix + prefix}); ; {
		one, err := list.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case b.wasChanged(err) && tries < mostTries:
			list, tries = bucket.List(&blob.ListOptions{Prefix: b.prefix + prefix}), tries+1
		case err != nil:
			return b.trouble("list", err)
		case one.Key > last: // it was not told before another try
			if err := each(strings.TrimPrefix(one.Key, b.prefix), one.Size, one.ModTime); err != nil {
				return err
			}
			last = one.Key
		}
	}
}

// mostTries is how often a folder is listed anew because it was changed.
const mostTries = 100

// wasChanged says whether a folder could not be listed only because a file in it
// got its name, or was removed, while its list was made.
func (b *Bucket) wasChanged(err error) bool {
	return b.folder != "" && gcerrors.Code(err) == gcerrors.NotFound
}

// Remove removes an object. One that is not there is removed already.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	bucket, err := b.open(ctx)
	if err != nil {
		return b.trouble("remove from", err)
	}
	if err := bucket.Delete(ctx, b.prefix+name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return b.trouble("remove from", err)
	}
	return nil
}

// trouble says what an operator can do.
func (b *Bucket) trouble(doing string, err error) error {
	e := prentice.Errorf(prentice.Unavailable, "%s the blob storage %s: %w", doing, b.address, brief{err})
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case b.folder != "":
		return e.Try("free space there, or correct its permissions")
	case gcerrors.Code(err) == gcerrors.PermissionDenied:
		return e.Try("look whether AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are those of someone who may read, write, list and delete there")
	case gcerrors.Code(err) == gcerrors.NotFound:
		return e.Try("make the bucket; prentice makes none")
	}
	return e.Try("look whether the storage runs and can be reached")
}

// brief is an error as short as a line: what a storage answers has no bound.
type brief struct{ error }

const mostSaid = 400

func (b brief) Error() string {
	text := strings.Join(strings.Fields(b.error.Error()), " ")
	if len(text) > mostSaid {
		return strings.ToValidUTF8(text[:mostSaid], "") + "…"
	}
	return text
}

func (b brief) Unwrap() error { return b.error }
