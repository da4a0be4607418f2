package log

import (
	"context"
	"io"
	"slices"
)

// room is what is in memory of a log while it is read: one chunk, as it is
// compressed and as records, and one entry. What is read next takes its place.
type room struct {
	object      string        // that the chunk is of; "" is none
	next        int64         // where in it anyone who reads on is
	rest        io.ReadCloser // of the object from there on; nil until someone reads on
	packed, raw []byte
	entry       [entrySize]byte
}

// ofObject gives a chunk of an object of the store. The first costs a request for
// just that, because most pages are within one; all that follow it share one more.
func (r *room) ofObject(ctx context.Context, s Store, name string, size, place, length int64) ([]byte, error) {
	if r.object == name && r.next == place+length && int64(len(r.packed)) == length {
		return r.packed, nil // anyone who found out where a page begins reads it next
	}
	on := r.object == name && r.next == place
	if !on || r.rest == nil {
		much := length
		if on {
			much = max(length, size-place)
		}
		r.stop()
		var err error
		if r.rest, err = s.Read(ctx, name, place, much); err != nil {
			return nil, err
		}
	}
	r.packed = slices.Grow(r.packed[:0], int(length))[:length]
	_, err := io.ReadFull(r.rest, r.packed)
	if !on || err != nil {
		r.stop()
	}
	if err == nil {
		r.object, r.next = name, place+length
	}
	return r.packed, err
}

// ofFile gives a chunk of a file.
func (r *room) ofFile(f io.ReaderAt, place, length int64) ([]byte, error) {
	r.stop()
	r.packed = slices.Grow(r.packed[:0], int(length))[:length]
	_, err := f.ReadAt(r.packed, place)
	return r.packed, err
}

// stop ends the reading on.
func (r *room) stop() {
	if r.rest != nil {
		r.rest.Close()
	}
	r.object, r.rest = "", nil
}
