package runlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"prentice"
)

// file is the log of one run, while somebody writes or reads it.
type file struct {
	logs  *Logs
	run   int64
	users int // guarded by logs.mu

	mu                  sync.Mutex // guards all below
	tail, packed, index *os.File
	head                int   // length of the tail's first line
	sealed, lines       int64 // bytes and number of the records in chunks
	packedSize, chunks  int64
	young, youngLines   int64 // the same of those in the tail
	sealAt              int64
	written             bool  // since it was opened
	lost                int64 // lines that could not be kept, and are not told yet
	lostWhy             error
}

// purpose says what a log is opened for; only a writer makes one.
type purpose bool

const (
	reading purpose = false
	writing purpose = true
)

// use opens the log of a run, or shares it with those who have it open. Every
// use ends with done. Without a log, a reader gets fs.ErrNotExist.
func (l *Logs) use(run int64, why purpose) (*file, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.open[run]; f != nil {
		f.users++
		return f, nil
	}
	if _, err := os.Stat(l.path(run, "tail")); why == reading && errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f := &file{logs: l, run: run, users: 1, sealAt: chunk}
	var errs [3]error
	for i, part := range []struct {
		to   **os.File
		sort string
	}{{&f.tail, "tail"}, {&f.packed, "zst"}, {&f.index, "index"}} {
		*part.to, errs[i] = os.OpenFile(l.path(run, part.sort), os.O_CREATE|os.O_RDWR, 0o600)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, errors.Join(err, f.close())
	}
	if err := f.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("take up the log of run %d: %w", run, err), f.close())
	}
	l.open[run] = f
	return f, nil
}

// done ends a use. Whoever is last leaves the log tidy.
func (f *file) done() {
	f.logs.mu.Lock()
	defer f.logs.mu.Unlock()
	if f.users--; f.users > 0 {
		return
	}
	delete(f.logs.open, f.run)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tellLost()
	if f.written && f.young >= worthIt {
		f.seal()
	}
	if err := f.close(); err != nil {
		f.logs.log.Error("close the log of a run", "run", f.run, "err", err)
	}
}

func (f *file) close() error {
	var errs []error
	for _, part := range []*os.File{f.tail, f.packed, f.index} {
		if part != nil {
			errs = append(errs, part.Close())
		}
	}
	return errors.Join(errs...)
}

// keep appends records and tells of them.
func (f *file) keep(b *batch) {
	if len(b.ends) == 0 {
		return
	}
	f.mu.Lock()
	f.tellLost()
	at, line, err := f.append(b.raw, len(b.ends))
	if err != nil {
		f.lost, f.lostWhy = f.lost+int64(len(b.ends)), err
	}
	f.mu.Unlock()
	if err != nil || f.logs.told == nil {
		return
	}
	from := 0
	for i, end := range b.ends {
		if one, text, ok := parse(b.raw[from : end-1]); ok {
			one.Offset, one.Line, one.Text = at+int64(end), line+int64(i), shown(text)
			f.logs.told(f.run, one)
		}
		from = end
	}
}

// append writes records to the tail and says where the first of them is.
func (f *file) append(raw []byte, lines int) (at, line int64, err error) {
	at, line = f.sealed+f.young, f.lines+f.youngLines+1
	if f.head == 0 {
		if err := f.begin(); err != nil {
			return at, line, err
		}
	}
	end := int64(f.head) + f.young
	if _, err := f.tail.WriteAt(raw, end); err != nil {
		return at, line, errors.Join(err, f.tail.Truncate(end))
	}
	f.written = true
	f.young += int64(len(raw))
	f.youngLines += int64(lines)
	if f.young >= f.sealAt {
		f.seal()
	}
	return at, line, nil
}

// begin makes the tail empty. Its first line says where it stands in the log.
func (f *file) begin() error {
	f.head, f.young, f.youngLines = 0, 0, 0
	head := fmt.Sprintf(tailHead, f.sealed, f.lines)
	if err := f.tail.Truncate(0); err != nil {
		return err
	}
	if _, err := f.tail.WriteAt([]byte(head), 0); err != nil {
		return errors.Join(err, f.tail.Truncate(0))
	}
	f.head = len(head)
	return nil
}

const tailHead = "prentice log from byte %d after line %d\n"

// seal makes a chunk of the tail. When that fails the tail stays, grows, and is
// tried again later.
func (f *file) seal() {
	if err := f.trySeal(); err != nil {
		f.sealAt = f.young + chunk
		f.logs.log.Error("compress a part of a run's log", "run", f.run, "err", err)
		return
	}
	f.sealAt = chunk
}

func (f *file) trySeal() error {
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
	return f.begin()
}

// tellLost writes into the log how much of it was lost, once there is room.
func (f *file) tellLost() {
	if f.lost == 0 {
		return
	}
	if f.say(fmt.Sprintf("%d lines could not be kept here: %v", f.lost, f.lostWhy)) == nil {
		f.logs.log.Error("a run's log was lost in part", "run", f.run, "lines", f.lost, "err", f.lostWhy)
		f.lost, f.lostWhy = 0, nil
	}
}

// say puts a line of our own into the log.
func (f *file) say(text string) error {
	b := batch{at: f.logs.clock().UTC(), step: "prentice"}
	b.add([]byte("prentice: " + text + "\n"))
	_, _, err := f.append(b.raw, 1)
	return err
}

// recover finds out what is whole. What a crash tore is cut off, and the log
// says so.
func (f *file) recover() error {
	cut, err := f.soundChunks()
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.NewSectionReader(f.tail, 0, 64*chunk))
	if err != nil {
		return err
	}
	var from, after int64
	first := bytes.IndexByte(raw, '\n') + 1
	if n, err := fmt.Sscanf(string(raw[:first]), tailHead, &from, &after); n != 2 || err != nil || from < f.sealed {
		return f.told(cut) // nothing in it, or all of it is in a chunk already
	}
	records := raw[first:]
	good := bytes.LastIndexByte(records, '\n') + 1
	if torn := int64(len(records) - good); torn > 0 {
		cut += torn
		if err := f.tail.Truncate(int64(first + good)); err != nil {
			return err
		}
	}
	if from > f.sealed { // chunks were lost before it: it moves up
		if err := f.begin(); err != nil {
			return err
		}
		if _, err := f.tail.WriteAt(records[:good], int64(f.head)); err != nil {
			return err
		}
		first = f.head
	}
	f.head, f.young, f.youngLines = first, int64(good), int64(bytes.Count(records[:good], []byte{'\n'}))
	return f.told(cut)
}

func (f *file) told(cut int64) error {
	if cut == 0 {
		return nil
	}
	f.logs.log.Warn("what a crash tore was cut off a run's log", "run", f.run, "bytes", cut)
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
	for n := about.Size() / entrySize; n > 0; n-- {
		e, err := f.entry(n - 1)
		if err != nil {
			return 0, err
		}
		if _, err := f.load(e); err == nil {
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

func (f *file) load(e entry) ([]byte, error) {
	if e.size <= 0 || e.size > 64*chunk || e.packed <= 0 || e.packed > 65*chunk || e.place < 0 {
		return nil, prentice.Errorf(prentice.Unavailable, "the index of the log of run %d is damaged", f.run)
	}
	packed := make([]byte, e.packed)
	if _, err := f.packed.ReadAt(packed, e.place); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "a chunk of the log of run %d cannot be read: %w", f.run, err)
	}
	raw, err := f.logs.unpack.DecodeAll(packed, make([]byte, 0, e.size))
	if err != nil || int64(len(raw)) != e.size {
		return nil, prentice.Errorf(prentice.Unavailable, "a chunk of the log of run %d is damaged: %v", f.run, err).Try("read on from offset %d", e.at+e.size)
	}
	return raw, nil
}
