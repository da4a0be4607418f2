package log

import (
	"context"
	"encoding/binary"
	"io"
	"sync"

	"prentice"
)

// shelf has the indexes of the objects that were read last.
type shelf struct {
	mu   sync.Mutex
	list []shelved // the latest last; guarded by mu
}

type shelved struct {
	object string
	index  []byte
}

// mostShelved is how many there are, and mostIndex how long one may be.
const (
	mostShelved = 32
	mostIndex   = 64 << 20
	guess       = 16 << 10 // nearly every index is shorter
)

func (s *shelf) index(ctx context.Context, from Store, o stored) ([]byte, error) {
	name := o.object()
	s.mu.Lock()
	for _, one := range s.list {
		if one.object == name {
			s.mu.Unlock()
			return one.index, nil
		}
	}
	s.mu.Unlock()
	index, err := readIndex(ctx, from, o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list = append(s.list, shelved{name, index}); len(s.list) > mostShelved {
		s.list = append([]shelved(nil), s.list[1:]...)
	}
	return index, nil
}

// readIndex reads the end of an object, and more if the index is longer.
func readIndex(ctx context.Context, from Store, o stored) ([]byte, error) {
	damaged := prentice.Errorf(prentice.Unavailable, "the object %s is no part of a log, or damaged", o.object())
	length := min(guess, o.size)
	raw, err := readPart(ctx, from, o.object(), o.size-length, length)
	if err != nil {
		return nil, err
	}
	if length < footer || binary.LittleEndian.Uint64(raw[length-8:]) != mark {
		return nil, damaged
	}
	count := binary.LittleEndian.Uint64(raw[length-footer:])
	if count == 0 || count > uint64(min(mostIndex, o.size)/entrySize) {
		return nil, damaged
	}
	size := int64(count) * entrySize
	if size+footer > o.size {
		return nil, damaged
	}
	if size+footer > length {
		if raw, err = readPart(ctx, from, o.object(), o.size-size-footer, size+footer); err != nil {
			return nil, err
		}
	}
	return raw[int64(len(raw))-size-footer : int64(len(raw))-footer], nil
}

// readPart reads a part of an object whole.
func readPart(ctx context.Context, from Store, name string, place, length int64) ([]byte, error) {
	r, err := from.Read(ctx, name, place, length)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw := make([]byte, length)
	_, err = io.ReadFull(r, raw)
	return raw, err
}
