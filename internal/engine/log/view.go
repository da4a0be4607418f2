package log

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// view is all segments of a run's log in their order, as they are at one moment.
type view struct {
	logs         *Logs
	list         []*source
	bytes, lines int64
	room         *room
}

// storePatience is how long anyone who reads waits for the store, at most.
const storePatience = 20 * time.Second

// view looks for segments first where they are written and then where they go.
// With an error it has those that could be found.
func (l *Logs) view(ctx context.Context, run int64) (*view, error) {
	v := &view{logs: l, room: l.rooms.Get().(*room)}
	trouble := v.addLocal(run)
	err := l.Store.List(ctx, logsOf(run), func(name string, size int64, _ time.Time) error {
		if o, ok := storedOf(name, size); ok && o.run == run {
			v.list = slices.DeleteFunc(v.list, func(s *source) bool {
				same := s.segment == o.segment
				if same {
					s.close()
				}
				return same
			})
			v.list = append(v.list, l.inStore(ctx, o, v.room))
		}
		return nil
	})
	v.order()
	return v, errors.Join(trouble, err)
}

// addLocal adds the segments that are not stored.
func (v *view) addLocal(run int64) error {
	var errs []error
	for _, p := range v.logs.places() {
		names, err := p.allSegments(run)
		errs = append(errs, err)
		for _, name := range names {
			s, err := v.logs.unfinished(p, name, v.room)
			if errs = append(errs, err); s != nil {
				v.list = append(v.list, s)
			}
		}
	}
	return errors.Join(errs...)
}

// order says where each stands.
func (v *view) order() {
	slices.SortStableFunc(v.list, func(a, b *source) int { return before(a.segment, b.segment) })
	v.bytes, v.lines = 0, 0
	for _, s := range v.list {
		s.at, s.line = v.bytes, v.lines
		v.bytes, v.lines = v.bytes+s.bytes, v.lines+s.lines
	}
}

// close ends the use of a view and of the blocks that it gave.
func (v *view) close() {
	for _, s := range v.list {
		s.close()
	}
	v.room.stop()
	v.logs.rooms.Put(v.room)
}

// find gives the first block that ends past what is looked for; without one it is
// empty and at the end.
func (v *view) find(ctx context.Context, past func(at, line int64) bool) (block, error) {
	for _, s := range v.list {
		if !past(s.at+s.bytes, s.line+s.lines) {
			continue
		}
		if s.local == nil {
			if err := s.open(ctx, v.logs); err != nil {
				return block{}, err
			}
		}
		b, err := s.find(func(at, line int64) bool { return past(s.at+at, s.line+line) })
		b.at, b.line = b.at+s.at, b.line+s.line
		return b, err
	}
	return block{at: v.bytes, line: v.lines}, nil
}

// block gives the records that hold an offset. It is empty at the end.
func (v *view) block(ctx context.Context, offset int64) (block, error) {
	b, err := v.find(ctx, func(at, _ int64) bool { return offset < at })
	if err == nil && len(b.raw) == 0 && offset < v.bytes {
		err = fmt.Errorf("the segments of a log do not hold its byte %d", offset)
	}
	return b, err
}

// places are all folders in which segments are written.
func (l *Logs) places() []Place {
	places := []Place{l.Own}
	if l.Others != nil {
		places = append(places, l.Others()...)
	}
	return places
}
