package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"prentice"
)

// Keep says how long and how much. 0 is without a limit.
type Keep struct {
	Age  time.Duration
	Size int64 // bytes on disk of all logs together
}

// stored is a log as the folder shows it.
type stored struct {
	run    int64
	size   int64
	latest time.Time
}

// aged says why a log goes, or "" when it stays. Logs come oldest first; total
// is what they and all younger ones take.
func aged(now time.Time, keep Keep, s stored, total int64) string {
	switch {
	case keep.Age > 0 && now.Sub(s.latest) > keep.Age:
		return fmt.Sprintf("nothing was written to it for %s, and logs are kept for %s", now.Sub(s.latest).Round(time.Minute), keep.Age)
	case keep.Size > 0 && total > keep.Size:
		return fmt.Sprintf("all logs together took %d bytes, and %d are kept", total, keep.Size)
	}
	return ""
}

// Sweep removes old logs, never that of a run that is not over. What is removed
// is told before it is gone: over says whether a run is, and record writes the
// evidence.
func (l *Logs) Sweep(ctx context.Context, keep Keep, over func(context.Context, int64) (bool, error), record func(context.Context, prentice.LogRemoved) error) error {
	list, total, err := l.stored()
	if err != nil {
		return err
	}
	for _, s := range list {
		why := aged(l.clock(), keep, s, total)
		if why == "" {
			continue
		}
		ended, err := over(ctx, s.run)
		if err != nil {
			return err
		}
		if !ended || l.busy(s.run) {
			continue
		}
		if err := l.remove(ctx, s, why, record); err != nil {
			return fmt.Errorf("remove the log of run %d: %w", s.run, err)
		}
		total -= s.size
	}
	return nil
}

func (l *Logs) busy(run int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open[run] != nil
}

// remove writes first what it is about to do. A crash after that does it again.
func (l *Logs) remove(ctx context.Context, s stored, why string, record func(context.Context, prentice.LogRemoved) error) error {
	page, err := l.Page(ctx, prentice.LogQuery{Run: s.run, Tail: 1})
	if err != nil {
		l.log.Warn("a log that is removed cannot be read", "run", s.run, "err", err)
	}
	gone := prentice.LogRemoved{Run: s.run, Time: l.clock().UTC().Truncate(time.Second), Bytes: s.size, Lines: page.Total, Why: why}
	raw, err := json.Marshal(gone)
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.path(s.run, "removed"), append(raw, '\n'), 0o600); err != nil {
		return err
	}
	if err := record(ctx, gone); err != nil {
		return err
	}
	for _, sort := range []string{"zst", "index", "tail"} { // the tail last: it is what the folder is read by
		if err := os.Remove(l.path(s.run, sort)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// stored lists the logs, those of the oldest runs first.
func (l *Logs) stored() (list []stored, total int64, err error) {
	files, err := os.ReadDir(l.folder)
	if err != nil {
		return nil, 0, err
	}
	by := map[int64]*stored{}
	for _, e := range files {
		var run int64
		var sort string
		if n, err := fmt.Sscanf(e.Name(), "run-%d.%s", &run, &sort); n != 2 || err != nil || sort == "removed" {
			continue
		}
		about, err := e.Info()
		if err != nil {
			continue // gone meanwhile
		}
		if by[run] == nil {
			by[run] = &stored{run: run}
		}
		s := by[run]
		s.size += about.Size()
		total += about.Size()
		if about.ModTime().After(s.latest) {
			s.latest = about.ModTime()
		}
	}
	for _, s := range by {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b stored) int { return int(a.run - b.run) })
	return list, total, nil
}
