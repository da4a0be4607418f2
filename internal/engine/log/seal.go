package log

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// A segment is finished when so much is in it, compressed or not, or when it is so
// old. One object is made of it, which must not be too small nor too much to lose.
const (
	mostPacked = 4 << 20
	mostSealed = 64 << 20
)

// seal makes a chunk of the tail. When that fails the tail stays, grows, and is
// tried again later.
func (f *file) seal() {
	err := f.trySeal()
	if err == nil && (f.packedSize >= mostPacked || f.sealed >= mostSealed) {
		err = f.finish()
	}
	f.sealAt = chunk
	if err != nil {
		f.sealAt = f.young + chunk
		f.logs.Log.Error("compress a part of a run's log", "run", f.run, "err", err)
	}
}

func (f *file) trySeal() error {
	if err := f.compress(); err != nil {
		return err
	}
	return f.begin(nil)
}

// compress makes a chunk of the tail, which still is there after it.
func (f *file) compress() error {
	raw := make([]byte, f.young)
	if _, err := f.tail.ReadAt(raw, int64(f.head)); err != nil {
		return err
	}
	packed := f.logs.pack.EncodeAll(raw, nil)
	if _, err := f.packed.WriteAt(packed, f.packedSize); err != nil {
		return errors.Join(err, f.packed.Truncate(f.packedSize))
	}
	e := entry{at: f.sealed, line: f.lines, size: f.young, lines: f.youngLines, place: f.packedSize, packed: int64(len(packed))}
	if _, err := f.index.WriteAt(e.bytes(), f.chunks*entrySize); err != nil {
		return errors.Join(err, f.index.Truncate(f.chunks*entrySize), f.packed.Truncate(f.packedSize))
	}
	f.sealed, f.lines = e.at+e.size, e.line+e.lines
	f.packedSize, f.chunks = f.packedSize+e.packed, f.chunks+1
	f.head, f.young, f.youngLines = 0, 0, 0 // the tail is to begin anew
	return nil
}

// finish ends the segment: it is ready to be stored, and the next line begins
// another.
func (f *file) finish() error {
	if f.tail == nil {
		return nil
	}
	if f.young > 0 {
		if err := f.compress(); err != nil {
			return err
		}
	}
	if f.chunks == 0 {
		return errors.Join(f.close(), f.forget())
	}
	if err := os.Remove(f.path(tailFile)); err != nil {
		return err
	}
	f.logs.waits.Add(f.packedSize)
	f.logs.wake()
	f.base.bytes, f.base.lines = f.base.bytes+f.sealed, f.base.lines+f.lines
	f.sealed, f.lines, f.packedSize, f.chunks = 0, 0, 0, 0
	return f.close()
}

// recover finds out what is whole. What a crash tore is cut off, and the log
// says so.
func (f *file) recover() error {
	cut, err := f.soundChunks()
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.NewSectionReader(f.tail, 0, 65*chunk))
	if err != nil {
		return err
	}
	from, records, ok := tailOf(raw)
	if !ok || from < f.sealed { // nothing in it, or all of it is in a chunk already
		if err := f.begin(nil); err != nil {
			return err
		}
		return f.told(cut)
	}
	good := bytes.LastIndexByte(records, '\n') + 1
	if cut += int64(len(records) - good); cut > 0 || from > f.sealed { // chunks that were lost before it let it move up
		if err := f.begin(records[:good]); err != nil {
			return err
		}
		return f.told(cut)
	}
	f.head, f.young, f.youngLines = len(raw)-len(records), int64(good), int64(bytes.Count(records, []byte{'\n'}))
	return nil
}

// tailOf reads where a tail stands in its segment, and the records in it.
func tailOf(raw []byte) (from int64, records []byte, ok bool) {
	var after int64
	first := bytes.IndexByte(raw, '\n') + 1
	n, err := fmt.Sscanf(string(raw[:first]), tailHead, &from, &after)
	return from, raw[first:], n == 2 && err == nil
}

func (f *file) told(cut int64) error {
	if cut == 0 {
		return nil
	}
	f.logs.Log.Warn("what a crash tore was cut off a run's log", "run", f.run, "bytes", cut)
	return f.say(fmt.Sprintf("a crash tore this log; %d bytes on disk that were not whole were cut off here", cut))
}

// soundChunks reads where the chunks end, and cuts off what follows the last
// whole one. A chunk without an entry is no loss: its records are still in the
// tail.
func (f *file) soundChunks() (cut int64, err error) {
	about, err1 := f.index.Stat()
	data, err2 := f.packed.Stat()
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	in := f.logs.inFiles(f.base.segment, f.index, f.packed, new(room))
	for n := about.Size() / entrySize; n > 0; n-- {
		e, err := in.entry(n - 1)
		if err != nil {
			return 0, err
		}
		if _, err := in.load(e); err == nil {
			f.sealed, f.lines, f.packedSize, f.chunks = e.at+e.size, e.line+e.lines, e.place+e.packed, n
			break
		}
		cut += e.packed
	}
	if about.Size() != f.chunks*entrySize || data.Size() != f.packedSize {
		err = errors.Join(f.index.Truncate(f.chunks*entrySize), f.packed.Truncate(f.packedSize))
	}
	return cut, err
}
