package log

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"prentice"
)

// file is the log of one run, while this process writes it.
type file struct {
	logs  *Logs
	run   int64
	users int // guarded by logs.mu

	ready   sync.Once // opens it
	trouble error     // of opening; read after ready

	mu                  sync.Mutex // guards all below
	base                known      // where the segment stands
	tail, packed, index *os.File   // nil between two segments
	head                int        // length of the tail's first line
	sealed, lines       int64      // bytes and number of the records in chunks
	packedSize, chunks  int64
	young, youngLines   int64 // the same of those in the tail
	sealAt              int64
	lost                int64 // lines that could not be kept, and are not told yet
	lostWhy             error
}

// known is the latest segment that this process wrote for a run, and what all
// segments before it hold.
type known struct {
	segment
	bytes, lines int64
	lost         int64 // lines that could not be kept, and are not told yet
	lostWhy      error
}

// use opens the log of a run to write it, or shares it with those who have it
// open. Every use ends with done.
func (l *Logs) use(run int64) (*file, error) {
	l.mu.Lock()
	f := l.open[run]
	if f == nil {
		f = &file{logs: l, run: run, sealAt: chunk}
		l.open[run] = f
	}
	f.users++
	l.mu.Unlock()
	f.ready.Do(func() { f.trouble = f.takeUp() })
	if f.trouble != nil {
		f.done()
		return nil, fmt.Errorf("take up the log of run %d: %w", run, f.trouble)
	}
	return f, nil
}

// done ends a use.
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
	f.base.lost, f.base.lostWhy = f.lost, f.lostWhy
	f.logs.known[f.run] = f.base
	if err := f.close(); err != nil {
		f.logs.Log.Error("close the log of a run", "run", f.run, "err", err)
	}
}

func (f *file) close() error {
	var errs []error
	for _, part := range []**os.File{&f.tail, &f.packed, &f.index} {
		if *part != nil {
			errs = append(errs, (*part).Close())
			*part = nil
		}
	}
	return errors.Join(errs...)
}

// takeUp goes on with the segment that this process, or one before it of the same
// name, did not finish, unless another has written since.
func (f *file) takeUp() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	own, end := f.logs.stand(f.run)
	f.base, f.lost, f.lostWhy = own, own.lost, own.lostWhy
	if _, err := os.Stat(f.path(tailFile)); own.run == 0 || errors.Is(err, fs.ErrNotExist) {
		f.base.segment, f.base.bytes, f.base.lines = segment{f.run, end.start, f.logs.Own.Writer}, end.bytes, end.lines
		return nil // the next line begins a segment
	}
	if err := f.openFiles(0); err != nil {
		return errors.Join(err, f.close())
	}
	if err := f.recover(); err != nil {
		return errors.Join(err, f.close())
	}
	if before(end.segment, own.segment) <= 0 {
		return nil
	}
	err := f.finish()
	f.base.start, f.base.bytes, f.base.lines = end.start, end.bytes, end.lines
	return err
}

func (f *file) path(sort string) string { return f.base.path(f.logs.Own.Folder, sort) }

// openFiles opens the tail first: a segment without one would be taken for finished.
func (f *file) openFiles(how int) error {
	var errs [3]error
	for i, part := range []struct {
		to   **os.File
		sort string
	}{{&f.tail, tailFile}, {&f.packed, chunkFile}, {&f.index, indexFile}} {
		*part.to, errs[i] = os.OpenFile(f.path(part.sort), os.O_CREATE|os.O_RDWR|how, 0o600)
	}
	return errors.Join(errs[:]...)
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
	if err != nil || f.logs.Told == nil {
		return
	}
	from := 0
	for i, end := range b.ends {
		if one, text, ok := parse(b.raw[from : end-1]); ok {
			one.Offset, one.Line, one.Text = at+int64(end), line+int64(i), shown(text)
			f.logs.Told(f.run, one)
		}
		from = end
	}
}

// append writes records to the tail and says where the first of them is.
func (f *file) append(raw []byte, lines int) (at, line int64, err error) {
	if f.tail == nil {
		if err := f.fresh(); err != nil {
			return 0, 0, err
		}
	}
	if f.head == 0 {
		if err := f.begin(nil); err != nil {
			return 0, 0, err
		}
	}
	at, line = f.base.bytes+f.sealed+f.young, f.base.lines+f.lines+f.youngLines+1
	end := int64(f.head) + f.young
	if _, err := f.tail.WriteAt(raw, end); err != nil {
		return at, line, errors.Join(err, f.tail.Truncate(end))
	}
	f.young += int64(len(raw))
	f.youngLines += int64(lines)
	if f.young >= f.sealAt {
		f.seal()
	}
	return at, line, nil
}

// fresh begins a segment, if there is room to wait for the store.
func (f *file) fresh() error {
	if f.logs.waits.Load() > mostWaiting {
		return prentice.Errorf(prentice.Unavailable, "%d MB of logs wait for the blob storage, and no more may", mostWaiting>>20)
	}
	f.base.start = max(f.logs.Clock().UnixMicro(), f.base.start+1)
	if err := f.openFiles(os.O_EXCL); err != nil {
		return errors.Join(err, f.close(), f.forget())
	}
	if err := f.begin(nil); err != nil {
		return errors.Join(err, f.close(), f.forget())
	}
	return nil
}

// forget removes the files of a segment that holds nothing.
func (f *file) forget() error {
	return removeAll(f.path(indexFile), f.path(chunkFile), f.path(tailFile))
}

func removeAll(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// begin makes a tail of records, or an empty one. Its first line says where it
// stands in the segment. It is another file, so that anyone who reads the old one
// reads it whole.
func (f *file) begin(records []byte) error {
	head, fresh := fmt.Sprintf(tailHead, f.sealed, f.lines), f.path("new")
	tail, err := os.OpenFile(fresh, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if _, err = tail.WriteAt(append([]byte(head), records...), 0); err == nil {
		err = os.Rename(fresh, f.path(tailFile))
	}
	if err != nil {
		return errors.Join(err, tail.Close(), os.Remove(fresh))
	}
	err = f.tail.Close()
	f.tail, f.head, f.young, f.youngLines = tail, len(head), int64(len(records)), int64(bytes.Count(records, []byte{'\n'}))
	return err
}

const tailHead = "prentice log from byte %d after line %d\n"

// tellLost writes into the log how much of it was lost, once there is room.
func (f *file) tellLost() {
	if f.lost == 0 {
		return
	}
	if f.say(fmt.Sprintf("%d lines could not be kept here: %v", f.lost, f.lostWhy)) == nil {
		f.logs.Log.Error("a run's log was lost in part", "run", f.run, "lines", f.lost, "err", f.lostWhy)
		f.lost, f.lostWhy = 0, nil
	}
}

// say puts a line of our own into the log.
func (f *file) say(text string) error {
	b := batch{at: f.logs.Clock().UTC(), step: "prentice"}
	b.add([]byte("prentice: " + text + "\n"))
	_, _, err := f.append(b.raw, 1)
	return err
}

// standPatience is how long a step that begins to print waits for the store.
const standPatience = 2 * time.Second

// stand is the unfinished segment of this writer, if there is one, and the end of
// all segments. Without the store the numbers of lines begin anew.
func (l *Logs) stand(run int64) (own, end known) {
	l.mu.Lock()
	own, found := l.known[run]
	l.mu.Unlock()
	if found && l.Others == nil {
		return own, own // no one else writes
	}
	lost := own
	ctx, cancel := context.WithTimeout(context.Background(), standPatience)
	defer cancel()
	v, err := l.view(ctx, run)
	defer v.close()
	if err != nil {
		l.Log.Warn("where a run's log is kept is not known", "run", run, "err", err)
	}
	own, end = known{}, known{bytes: v.bytes, lines: v.lines}
	for _, s := range v.list {
		if s.local != nil && !s.local.finished && s.writer == l.Own.Writer {
			own = known{segment: s.segment, bytes: s.at, lines: s.line}
		}
		end.segment = s.segment
	}
	own.lost, own.lostWhy = lost.lost, lost.lostWhy
	return own, end
}
