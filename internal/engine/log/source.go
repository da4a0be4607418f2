package log

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"

	"prentice"
)

// block is a chunk or a tail: records, and where they stand.
type block struct {
	raw      []byte
	at, line int64 // bytes and lines before it
}

// chunks are the compressed records of a segment, wherever they are.
type chunks struct {
	logs   *Logs
	name   segment
	index  io.ReaderAt
	packed func(place, length int64) ([]byte, error)
	room   *room
}

// inFiles are the chunks of a segment that is not stored yet.
func (l *Logs) inFiles(name segment, index, packed io.ReaderAt, in *room) chunks {
	return chunks{l, name, index, func(place, length int64) ([]byte, error) { return in.ofFile(packed, place, length) }, in}
}

func (c chunks) entry(n int64) (entry, error) {
	_, err := c.index.ReadAt(c.room.entry[:], n*entrySize)
	return entryOf(c.room.entry[:]), err
}

// search finds the first of n chunks of which past says that it ends past what is
// looked for.
func (c chunks) search(n int64, past func(at, line int64) bool) (e entry, err error) {
	at := sort.Search(int(n), func(i int) bool {
		one, failed := c.entry(int64(i))
		if failed != nil {
			err = failed
			return true
		}
		return past(one.at+one.size, one.line+one.lines)
	})
	if err != nil {
		return e, err
	}
	return c.entry(int64(at))
}

var errDamaged = errors.New("damaged")

// load gives the records of a chunk, until the next one is loaded.
func (c chunks) load(e entry) ([]byte, error) {
	if !e.sound() {
		return nil, prentice.Errorf(prentice.Unavailable, "the index of the log of run %d is damaged", c.name.run)
	}
	packed, err := c.packed(e.place, e.packed)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "a chunk of the log of run %d cannot be read: %w", c.name.run, err)
	}
	c.room.raw = slices.Grow(c.room.raw[:0], int(e.size))
	raw, err := c.logs.unpack.DecodeAll(packed, c.room.raw)
	if err != nil || int64(len(raw)) != e.size {
		return nil, fmt.Errorf("a chunk of the log of run %d: %w: %v", c.name.run, errDamaged, err)
	}
	return raw, nil
}

// source is a segment as it is read. It does not change while it is.
type source struct {
	segment
	at, line     int64 // bytes and lines of the segments before it
	bytes, lines int64
	local        *local // nil when it is stored
	stored       stored
	chunks       chunks
	sealed       entry // of all that is in chunks: how many bytes, lines and packed bytes
	count        int64 // of the chunks
}

// local is a segment that is not stored yet.
type local struct {
	finished bool
	paths    []string // the tail last: without it, it would be finished
	tail     []byte
	files    []*os.File
}

// find gives the first block that ends past what is looked for, within the
// segment, or the last one.
func (s *source) find(past func(at, line int64) bool) (block, error) {
	if s.count == 0 || !past(s.sealed.size, s.sealed.lines) {
		if s.local == nil {
			return block{at: s.bytes, line: s.lines}, nil
		}
		return block{raw: s.local.tail, at: s.sealed.size, line: s.sealed.lines}, nil
	}
	e, err := s.chunks.search(s.count, past)
	if err != nil {
		return block{}, err
	}
	raw, err := s.chunks.load(e)
	if errors.Is(err, errDamaged) {
		err = prentice.Errorf(prentice.Unavailable, "%w", err).Try("read on from offset %d", s.at+e.at+e.size)
	}
	return block{raw: raw, at: e.at, line: e.line}, err
}

// unfinished reads a segment that is not stored: first the tail, then what was
// moved out of it. There is none when it was stored meanwhile.
func (l *Logs) unfinished(p Place, name segment, in *room) (*source, error) {
	s := &source{segment: name, local: &local{}}
	raw, err := readAtMost(name.path(p.Folder, tailFile), 65*chunk)
	if s.local.finished = errors.Is(err, fs.ErrNotExist); err != nil && !s.local.finished {
		return nil, err
	}
	for _, sort := range []string{indexFile, chunkFile} {
		f, err := os.Open(name.path(p.Folder, sort))
		if errors.Is(err, fs.ErrNotExist) {
			s.close()
			return nil, nil
		}
		if err != nil {
			s.close()
			return nil, err
		}
		s.local.files, s.local.paths = append(s.local.files, f), append(s.local.paths, f.Name())
	}
	s.local.paths = append(s.local.paths, name.path(p.Folder, tailFile))
	s.chunks = l.inFiles(name, s.local.files[0], s.local.files[1], in)
	about, err := s.local.files[0].Stat()
	if err != nil {
		s.close()
		return nil, err
	}
	if s.count = about.Size() / entrySize; s.count > 0 {
		last, err := s.chunks.entry(s.count - 1)
		if err != nil {
			s.close()
			return nil, err
		}
		s.sealed = entry{size: last.at + last.size, lines: last.line + last.lines, packed: last.place + last.packed}
	}
	if from, records, ok := tailOf(raw); ok && from >= s.sealed.size {
		s.local.tail = records[:bytes.LastIndexByte(records, '\n')+1]
	}
	s.bytes, s.lines = s.sealed.size+int64(len(s.local.tail)), s.sealed.lines+int64(bytes.Count(s.local.tail, []byte{'\n'}))
	return s, nil
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

func (s *source) close() {
	if s.local == nil {
		return
	}
	for _, f := range s.local.files {
		f.Close()
	}
}

// inStore reads a segment that is an object. Nothing is read before it must be.
func (l *Logs) inStore(ctx context.Context, o stored, in *room) *source {
	s := &source{segment: o.segment, bytes: o.bytes, lines: o.lines, stored: o}
	s.sealed, s.count = entry{size: o.bytes, lines: o.lines}, 1
	object := o.object()
	s.chunks = chunks{logs: l, name: o.segment, room: in, packed: func(place, length int64) ([]byte, error) {
		return in.ofObject(ctx, l.Store, object, o.size, place, length)
	}}
	return s
}

// open reads the index of an object, if it was not yet.
func (s *source) open(ctx context.Context, l *Logs) error {
	if s.chunks.index != nil {
		return nil
	}
	index, err := l.shelf.index(ctx, l.Store, s.stored)
	if err != nil {
		return err
	}
	s.chunks.index, s.count = bytes.NewReader(index), int64(len(index)/entrySize)
	return nil
}

// An object is the chunks, and behind them a frame that zstd passes over: the
// index, how many entries it has, and a mark.
const (
	skipped = 0x184D2A5B
	mark    = 0x6474696365706c31
	footer  = 16
)

// indexFrame is what follows the chunks.
func indexFrame(index []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, skipped)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(index)+footer))
	b = append(b, index...)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(index)/entrySize))
	return binary.LittleEndian.AppendUint64(b, mark)
}
