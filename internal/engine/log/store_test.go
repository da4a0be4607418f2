package log

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// shelfInMemory is a store that can be away.
type shelfInMemory struct {
	mu      sync.Mutex
	objects map[string]object
	away    bool
	lists   int
	reads   int
	open    int // reads that are not closed
}

type object struct {
	raw []byte
	at  time.Time
}

var errAway = errors.New("the store is away")

func (s *shelfInMemory) enter() (func(), error) {
	s.mu.Lock()
	if s.away {
		s.mu.Unlock()
		return func() {}, errAway
	}
	return s.mu.Unlock, nil
}

func (s *shelfInMemory) Put(_ context.Context, name string, r io.Reader) error {
	leave, err := s.enter()
	defer leave()
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	s.objects[name] = object{raw, time.Now()}
	return err
}

func (s *shelfInMemory) Read(_ context.Context, name string, from, length int64) (io.ReadCloser, error) {
	leave, err := s.enter()
	defer leave()
	if err != nil {
		return nil, err
	}
	o, ok := s.objects[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if length < 0 {
		length = int64(len(o.raw)) - from
	}
	s.reads, s.open = s.reads+1, s.open+1
	return reading{bytes.NewReader(o.raw[from : from+length]), s}, nil
}

// reading is a part of an object, until it is closed.
type reading struct {
	io.Reader
	of *shelfInMemory
}

func (r reading) Close() error {
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	r.of.open--
	return nil
}

func (s *shelfInMemory) List(_ context.Context, prefix string, each func(string, int64, time.Time) error) error {
	leave, err := s.enter()
	defer leave()
	if err != nil {
		return err
	}
	s.lists++
	for _, name := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(name, prefix) {
			if err := each(name, int64(len(s.objects[name].raw)), s.objects[name].at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *shelfInMemory) Remove(_ context.Context, name string) error {
	leave, err := s.enter()
	defer leave()
	delete(s.objects, name)
	return err
}

var _ Store = (*shelfInMemory)(nil)
