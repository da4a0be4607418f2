package log

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Keep says how long and how much. 0 is without a limit.
type Keep struct {
	Age  time.Duration
	Size int64 // bytes of all logs together, as they are stored
}

// taken is what the log of a run takes.
type taken struct {
	run    int64
	size   int64
	latest time.Time
}

// aged says why a log goes, or "" when it stays. Logs come oldest first; total
// is what they and all younger ones take.
func aged(now time.Time, keep Keep, s taken, total int64) string {
	switch {
	case keep.Age > 0 && now.Sub(s.latest) > keep.Age:
		return fmt.Sprintf("nothing was written to it for %s, and logs are kept for %s", now.Sub(s.latest).Round(time.Minute), keep.Age)
	case keep.Size > 0 && total > keep.Size:
		return fmt.Sprintf("all logs together took %d bytes, and %d are kept", total, keep.Size)
	}
	return ""
}

// sweeping is what Sweep remembers, so that it need not list the store each time.
type sweeping struct {
	at    time.Time // of the last whole one
	total int64     // that it left
}

// wholeEvery is how often the store is listed, when nothing asks for it sooner.
const wholeEvery = 24 * time.Hour

// Sweep removes old logs, never that of a run that is not over. What is removed
// is told before it is gone: record writes the evidence. It lists the store once
// a day, and sooner when what was stored since is more than is kept.
func (l *Logs) Sweep(ctx context.Context, keep Keep, record func(context.Context, Removed) error) error {
	now := l.Clock()
	if full := keep.Size > 0 && l.swept.total+l.fresh.Load() > keep.Size; !full && now.Sub(l.swept.at) < wholeEvery {
		return nil
	}
	l.fresh.Store(0)
	list, total, err := l.taken(ctx)
	if err != nil {
		return err
	}
	for _, s := range list {
		why := aged(now, keep, s, total)
		if why == "" {
			continue
		}
		over, err := l.Over(ctx, s.run)
		if err != nil {
			return err
		}
		if !over || l.busy(s.run) {
			continue
		}
		if err := l.remove(ctx, s, why, record); err != nil {
			return fmt.Errorf("remove the log of run %d: %w", s.run, err)
		}
		total -= s.size
	}
	l.swept = sweeping{now, total}
	l.held.Store(total)
	return l.forgetGone(ctx)
}

// forgetGone removes what stands where logs were, of runs that are no longer kept.
func (l *Logs) forgetGone(ctx context.Context) error {
	if l.Gone == nil {
		return nil
	}
	var old []string
	err := l.Store.List(ctx, allRemoved, func(name string, _ int64, _ time.Time) error {
		var run int64
		if _, err := fmt.Sscanf(name, allRemoved+"run-%d.json", &run); err != nil {
			return nil // it is not ours
		}
		gone, err := l.Gone(ctx, run)
		if gone {
			old = append(old, name)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for logs that went with their runs: %w", err)
	}
	for _, name := range old {
		if err := l.Store.Remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Held is how many bytes all logs take, as far as the last whole sweep and what was
// stored since say.
func (l *Logs) Held() int64 { return l.held.Load() + l.fresh.Load() }

const allRemoved = "removed/"

func removedOf(run int64) string { return fmt.Sprintf("%srun-%d.json", allRemoved, run) }

// removed is what stands where a log was that is no longer kept.
func (l *Logs) removed(ctx context.Context, run int64) (*Removed, error) {
	raw, err := l.readRemoved(ctx, run)
	if errors.Is(err, fs.ErrNotExist) { // an earlier version wrote it beside the log
		for _, p := range l.places() {
			if raw, err = os.ReadFile(filepath.Join(p.Folder, fmt.Sprintf("run-%d.removed", run))); err == nil {
				break
			}
		}
	}
	var r Removed
	if errors.Is(err, fs.ErrNotExist) || err == nil && json.Unmarshal(raw, &r) != nil {
		return nil, nil
	}
	return &r, err
}

func (l *Logs) readRemoved(ctx context.Context, run int64) ([]byte, error) {
	r, err := l.Store.Read(ctx, removedOf(run), 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// remove writes first what it is about to do. A crash after that does it again.
func (l *Logs) remove(ctx context.Context, s taken, why string, record func(context.Context, Removed) error) error {
	v, err := l.view(ctx, s.run)
	defer v.close()
	if err != nil {
		return err
	}
	gone := Removed{Run: s.run, Time: l.Clock().UTC().Truncate(time.Second), Bytes: s.size, Lines: v.lines, Why: why}
	raw, err := json.Marshal(gone)
	if err != nil {
		return err
	}
	if err := l.Store.Put(ctx, removedOf(s.run), bytes.NewReader(append(raw, '\n'))); err != nil {
		return err
	}
	if err := record(ctx, gone); err != nil {
		return err
	}
	for _, one := range v.list {
		if one.local == nil {
			err = l.Store.Remove(ctx, one.stored.object())
		} else {
			err = removeAll(one.local.paths...)
		}
		if err != nil {
			return err
		}
	}
	l.mu.Lock()
	delete(l.known, s.run)
	l.mu.Unlock()
	return nil
}

// taken lists the logs, those of the oldest runs first.
func (l *Logs) taken(ctx context.Context) (list []taken, total int64, err error) {
	by := map[int64]*taken{}
	count := func(run, size int64, at time.Time) {
		if by[run] == nil {
			by[run] = &taken{run: run}
		}
		s := by[run]
		s.size += size
		total += size
		if at.After(s.latest) {
			s.latest = at
		}
	}
	err = l.Store.List(ctx, allLogs, func(name string, size int64, made time.Time) error {
		if o, ok := storedOf(name, size); ok {
			count(o.run, size, made)
		}
		return nil
	})
	for _, p := range l.places() {
		names, failed := p.segments(0)
		err = errors.Join(err, failed)
		for _, name := range names {
			for _, sort := range []string{tailFile, chunkFile, indexFile} {
				if about, err := os.Stat(name.path(p.Folder, sort)); err == nil { // else it is gone meanwhile
					count(name.run, about.Size(), about.ModTime())
				}
			}
		}
	}
	for _, s := range by {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b taken) int { return int(a.run - b.run) })
	return list, total, err
}
