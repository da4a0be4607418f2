package log

import (
	"bytes"
	"context"
	"sync"
	"time"
)

const (
	followEvery = 300 * time.Millisecond
	mostAtOnce  = 4 << 20 // bytes of records that are told of a segment at one look
)

// followed is how far a segment of another writer was told.
type followed struct {
	at, line int64 // of the segments before it
	told     int64 // bytes
	lines    int64
}

// following is what was told of others' segments.
type following struct {
	mu       sync.Mutex
	segments map[segment]*followed // guarded by mu
	runs     map[int64]bool        // those that were watched at the last look; guarded by mu
}

// Follow tells, while someone watches, what other writers print, until ctx ends.
func (l *Logs) Follow(ctx context.Context) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := l.CatchUp(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("follow what others print", "err", err)
		}
	}
}

// CatchUp tells what others have printed by now. What was there before a run was
// watched is not told: anyone who watches has read it.
func (l *Logs) CatchUp(ctx context.Context) error {
	l.others.mu.Lock()
	defer l.others.mu.Unlock()
	was, now, there := l.others.runs, map[int64]bool{}, map[segment]bool{}
	if l.others.segments == nil || !l.Watched(0) {
		l.others.segments = map[segment]*followed{}
	}
	if !l.Watched(0) {
		l.others.runs = nil
		return nil
	}
	for _, p := range l.Others() {
		names, err := p.segments(0)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !l.Watched(name.run) {
				continue
			}
			there[name], now[name.run] = true, true
			if err := l.tellOn(ctx, p, name, was[name.run]); err != nil {
				return err
			}
		}
	}
	for run := range was {
		now[run] = now[run] || l.Watched(run)
	}
	l.others.runs = now
	return l.tellStored(ctx, there)
}

func (l *Logs) beginFollowing(ctx context.Context, name segment, fromStart bool) (*followed, error) {
	f := &followed{}
	v, err := l.view(ctx, name.run)
	defer v.close()
	for _, s := range v.list {
		if s.segment == name {
			f.at, f.line = s.at, s.line
			if !fromStart {
				f.told, f.lines = s.bytes, s.lines
			}
		}
	}
	return f, err
}

// tellOn tells what is new in a segment that is not stored.
func (l *Logs) tellOn(ctx context.Context, p Place, name segment, fromStart bool) (err error) {
	f := l.others.segments[name]
	if f == nil {
		if f, err = l.beginFollowing(ctx, name, fromStart); err != nil {
			return err
		}
		l.others.segments[name] = f
	}
	s, err := l.unfinished(p, name, new(room))
	if s == nil || err != nil {
		return err // when it was stored, the next look finds it there
	}
	defer s.close()
	return l.tellFrom(s, f, mostAtOnce)
}

// tellStored tells the rest of segments that were stored since the last look.
func (l *Logs) tellStored(ctx context.Context, there map[segment]bool) error {
	for name, f := range l.others.segments {
		if there[name] {
			continue
		}
		if err := l.tellRest(ctx, name, f); err != nil {
			return err
		}
		delete(l.others.segments, name)
	}
	return nil
}

func (l *Logs) tellRest(ctx context.Context, name segment, f *followed) error {
	v, err := l.view(ctx, name.run)
	defer v.close()
	if err != nil {
		return err
	}
	for _, s := range v.list {
		if s.segment != name {
			continue
		}
		if s.local == nil {
			if err := s.open(ctx, l); err != nil {
				return err
			}
		}
		return l.tellFrom(s, f, s.bytes)
	}
	return nil
}

func (l *Logs) tellFrom(s *source, f *followed, most int64) error {
	for end := min(s.bytes, f.told+most); f.told < end; {
		b, err := s.find(func(at, _ int64) bool { return f.told < at })
		if err != nil || f.told-b.at >= int64(len(b.raw)) {
			return err
		}
		for raw := range bytes.Lines(b.raw[f.told-b.at:]) {
			f.told += int64(len(raw))
			f.lines++
			one, text, ok := parse(bytes.TrimSuffix(raw, []byte{'\n'}))
			if !ok {
				continue
			}
			one.Offset, one.Line, one.Text = f.at+f.told, f.line+f.lines, shown(text)
			l.Told(s.run, one)
		}
	}
	return nil
}
