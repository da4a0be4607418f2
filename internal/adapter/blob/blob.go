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
	"strings"
	"sync"
	"time"
)

// Bucket is where objects are. Use New.
type Bucket struct {
	address string
	folder  bool
	prefix  string // of all names

	mu   sync.Mutex
	kept storage // nil before the first use; guarded by mu
}

// storage is one kind of place for objects. What read and put say of an object
// or a bucket that is not there, gone knows.
type storage interface {
	put(ctx context.Context, name string, r io.Reader) error
	read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error)
	list(ctx context.Context, prefix string, each func(object) error) error // in the order of names
	remove(ctx context.Context, name string) error
}

// New is the bucket at an address. It says what is wrong with one, and touches
// nothing yet.
func New(address string) (*Bucket, error) {
	if !strings.Contains(address, "://") {
		return &Bucket{address: address, folder: true, kept: folder(address)}, nil
	}
	prefix, err := checkS3(address)
	return &Bucket{address: address, prefix: prefix}, err
}

func (b *Bucket) open(ctx context.Context) (storage, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept != nil {
		return b.kept, nil
	}
	var err error
	b.kept, err = openS3(ctx, b.address)
	return b.kept, err
}

// Put makes an object of all that r gives. One of the same name is replaced.
func (b *Bucket) Put(ctx context.Context, name string, r io.Reader) error {
	kept, err := b.open(ctx)
	if err == nil {
		err = kept.put(ctx, b.prefix+name, r)
	}
	return b.trouble("write", err)
}

// Read gives length bytes of an object from a place on, or all from there with
// -1. Without the object it is fs.ErrNotExist.
func (b *Bucket) Read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error) {
	kept, err := b.open(ctx)
	if err != nil {
		return nil, b.trouble("read", err)
	}
	r, err := kept.read(ctx, b.prefix+name, from, length)
	if gone(err) {
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
	kept, err := b.open(ctx)
	if err != nil {
		return b.trouble("list", err)
	}
	var stopped error
	err = kept.list(ctx, b.prefix+prefix, func(o object) error {
		stopped = each(strings.TrimPrefix(o.name, b.prefix), o.size, o.made)
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return b.trouble("list", err)
}

// Remove removes an object. One that is not there is removed already.
func (b *Bucket) Remove(ctx context.Context, name string) error {
	kept, err := b.open(ctx)
	if err == nil {
		err = kept.remove(ctx, b.prefix+name)
	}
	if gone(err) {
		return nil
	}
	return b.trouble("remove from", err)
}
