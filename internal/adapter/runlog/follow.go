package runlog

import (
	"bytes"
	"context"
	"time"
)

const (
	followEvery = 300 * time.Millisecond
	mostAtOnce  = 4 << 20 // bytes of records that are told of a segment at one look
)

// followed is how far a segment of another writer was told.
type followed struct {
	place    Place
	at, line int64 // of the segments before it
	told     int64 // bytes
	lines    int64
}

// Follow tells, while somebody watches, what other writers print, until ctx ends.
// watched says of a run whether somebody does, and of 0 whether anybody does.
func (l *Logs) Follow(ctx context.Context, watched func(run int64) bool) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	known, runs := map[segment]*followed{}, map[int64]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !watched(0) {
			clear(known)
			clear(runs)
			continue
		}
		if err := l.followOnce(ctx, watched, known, runs); err != nil && ctx.Err() == nil {
			l.Log.Error("follow what others print", "err", err)
		}
	}
}

// followOnce looks at all that others write. What was there before a run was
// watched is not told: whoever watches has read it.
func (l *Logs) followOnce(ctx context.Context, watched func(int64) bool, known map[segment]*followed, runs map[int64]bool) error {
	there := map[segment]bool{}
	was := runs
	now := map[int64]bool{}
	for _, p := range l.Others() {
		names, err := p.segments(0)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !watched(name.run) {
				continue
			}
			there[name], now[name.run] = true, true
			if known[name] == nil {
				if known[name], err = l.beginFollowing(ctx, p, name, was[name.run]); err != nil {
					delete(known, name)
					return err
				}
			}
			if err := l.tellOn(ctx, name, known[name]); err != nil {
				return err
			}
		}
	}
	for name, f := range known {
		if there[name] {
			continue
		}
		if err := l.tellStored(ctx, name, f); err != nil {
			return err
		}
		delete(known, name)
	}
	for run := range runs { // a run that is watched still stays one whose new segments are new
		if watched(run) {
			now[run] = true
		}
	}
	clear(runs)
	for run := range now {
		runs[run] = true
	}
	return nil
}

func (l *Logs) beginFollowing(ctx context.Context, p Place, name segment, fromStart bool) (*followed, error) {
	f := &followed{place: p}
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
func (l *Logs) tellOn(_ context.Context, name segment, f *followed) error {
	s, err := l.unfinished(f.place, name)
	if s == nil || err != nil {
		return err // when it was stored, the next look finds it there
	}
	defer s.close()
	return l.tellFrom(s, f, mostAtOnce)
}

// tellStored tells the rest of a segment that was stored.
func (l *Logs) tellStored(ctx context.Context, name segment, f *followed) error {
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
