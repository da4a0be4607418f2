package log

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"prentice"
)

const (
	lookEvery   = 2 * time.Second
	calm        = 3 * time.Second // without a line, before a run that is over is stored
	oldest      = 5 * time.Minute // that a segment is written before it is stored: so much of a log may be lost with a machine
	putPatience = 2 * time.Minute
	lastTry     = 5 * time.Second // at the end of the process

	// mostWaiting is how much may wait for the store, in compressed bytes.
	mostWaiting = 1 << 30
)

// sending is what Run remembers of the store.
type sending struct {
	fails int
	again time.Time // not before
	since time.Time // when it began to fail
}

// wake lets Run look now.
func (l *Logs) wake() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// Run finishes the segments that no one writes any more, repairs those that a crash
// left, and puts what is finished into the store, until ctx ends.
func (l *Logs) Run(ctx context.Context) error {
	if err := l.repair(); err != nil {
		l.Log.Error("take up the logs of runs", "err", err)
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("look after the logs of runs", "err", err)
		}
		select {
		case <-ctx.Done():
			return l.leave()
		case <-l.bell:
		case <-tick.C:
		}
	}
}

// repair takes up every segment that was left, and counts what waits.
func (l *Logs) repair() error {
	names, err := l.Own.segments(0)
	errs := []error{err}
	for _, name := range names {
		if open, err := l.unfinishedNow(name); err != nil || !open {
			errs = append(errs, err)
			l.waits.Add(sizeOf(name.path(l.Own.Folder, chunkFile)))
			continue
		}
		f, err := l.use(name.run)
		if errs = append(errs, err); err == nil {
			f.done()
		}
	}
	return errors.Join(errs...)
}

func (l *Logs) unfinishedNow(name segment) (bool, error) {
	_, err := os.Stat(name.path(l.Own.Folder, tailFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func sizeOf(path string) int64 {
	about, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return about.Size()
}

// look finishes and stores what is ready.
func (l *Logs) look(ctx context.Context) error {
	names, err := l.Own.segments(0)
	errs := []error{err, l.tellLosses()}
	for _, name := range names {
		open, err := l.unfinishedNow(name)
		if err == nil && open && l.ready(ctx, name) {
			err = l.finish(name)
			open = false
		}
		if err == nil && !open {
			err = l.storeSoon(ctx, name)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// ready says whether an unfinished segment is to be finished: no one writes it and
// its run is over, or it is old.
func (l *Logs) ready(ctx context.Context, name segment) bool {
	about, err := os.Stat(name.path(l.Own.Folder, tailFile))
	if err != nil {
		return false
	}
	now := l.Clock()
	if began := time.UnixMicro(name.start); now.Sub(began) > oldest && now.After(began) {
		return true
	}
	if l.busy(name.run) || now.Sub(about.ModTime()) < calm || l.Over == nil {
		return false
	}
	over, err := l.Over(ctx, name.run)
	return err == nil && over
}

func (l *Logs) busy(run int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open[run] != nil
}

// finish finishes the segment of a run, if it still is the same.
func (l *Logs) finish(name segment) error {
	f, err := l.use(name.run)
	if err != nil {
		return err
	}
	defer f.done()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.base.segment != name {
		return nil
	}
	return f.finish()
}

// storeSoon stores a finished segment, unless the store just failed.
func (l *Logs) storeSoon(ctx context.Context, name segment) error {
	if l.Clock().Before(l.send.again) {
		return nil
	}
	err := l.put(ctx, name)
	switch {
	case ctx.Err() != nil:
		return nil
	case err == nil && l.send.fails > 0:
		l.Log.Info("logs are stored again", "after", l.Clock().Sub(l.send.since).Round(time.Second))
		l.send.fails = 0
	case err != nil:
		if l.send.fails++; l.send.fails == 1 {
			l.send.since = l.Clock()
		}
		wait := min(time.Minute, time.Second<<min(l.send.fails, 6))
		l.send.again = l.Clock().Add(wait)
		return fmt.Errorf("store a part of the log of run %d; it is kept here and tried again in %s: %w", name.run, wait, err)
	}
	return nil
}

// put makes an object of a finished segment and then forgets its files. A crash
// between the two makes the same object once more.
func (l *Logs) put(ctx context.Context, name segment) error {
	index, chunks := name.path(l.Own.Folder, indexFile), name.path(l.Own.Folder, chunkFile)
	raw, err := os.ReadFile(index)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(raw) < entrySize {
		return removeAll(index, chunks) // it is stored already, or holds nothing
	}
	if err != nil {
		return err
	}
	raw = raw[:len(raw)/entrySize*entrySize]
	last := entryOf(raw[len(raw)-entrySize:])
	if !last.sound() {
		return prentice.Errorf(prentice.Unavailable, "%s is damaged", index).Try("move the files %s away", name.path(l.Own.Folder, "*"))
	}
	f, err := os.Open(chunks)
	if err != nil {
		return err
	}
	defer f.Close()
	o := stored{segment: name, bytes: last.at + last.size, lines: last.line + last.lines, size: last.place + last.packed}
	ctx, cancel := context.WithTimeout(ctx, putPatience)
	defer cancel()
	frame := indexFrame(raw)
	whole := io.MultiReader(io.NewSectionReader(f, 0, o.size), bytes.NewReader(frame))
	if err := l.Store.Put(ctx, o.object(), whole); err != nil {
		return err
	}
	l.waits.Add(-o.size)
	l.forget(name.run)
	l.fresh.Add(o.size + int64(len(frame)))
	return removeAll(index, chunks)
}

// forget lets go of where a run stands, which the store knows as well.
func (l *Logs) forget(run int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[run].lost == 0 {
		delete(l.known, run)
	}
}

// tellLosses tells of the lines that were lost when there was no room for that
// either.
func (l *Logs) tellLosses() error {
	l.mu.Lock()
	var runs []int64
	for run, k := range l.known {
		if k.lost > 0 && l.open[run] == nil {
			runs = append(runs, run)
		}
	}
	l.mu.Unlock()
	var errs []error
	for _, run := range runs {
		f, err := l.use(run)
		if errs = append(errs, err); err == nil {
			f.done()
		}
	}
	return errors.Join(errs...)
}

// leave stores what it can before the process ends.
func (l *Logs) leave() error {
	ctx, cancel := context.WithTimeout(context.Background(), lastTry)
	defer cancel()
	names, err := l.Own.segments(0)
	for _, name := range names {
		if open, err := l.unfinishedNow(name); err != nil || open && l.busy(name.run) {
			continue
		} else if open && l.finish(name) != nil {
			continue
		}
		if l.storeSoon(ctx, name) != nil || ctx.Err() != nil {
			break // it goes on when prentice is started again
		}
	}
	return err
}
