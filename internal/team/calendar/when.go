package calendar

import (
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
)

const (
	day      = 24 * time.Hour
	farthest = 400 * day // how far ahead the next change is looked for
)

// when is a set of moments: intervals that come again, of which one is enough,
// or one time from a moment up to another.
type when struct {
	intervals []timeinterval.TimeInterval
	from, to  time.Time // when there are no intervals
}

// has says whether a moment is in the set.
func (w when) has(t time.Time) bool {
	if len(w.intervals) == 0 {
		return !t.Before(w.from) && t.Before(w.to)
	}
	for _, i := range w.intervals {
		if i.ContainsTime(t.UTC()) {
			return true
		}
	}
	return false
}

// flips is the first moment after t at which has answers otherwise; zero when
// there is none, or none until farthest for what comes again.
func (w when) flips(t time.Time) time.Time { return w.flipsBy(t, t.Add(farthest)) }

func (w when) flipsBy(t, end time.Time) time.Time {
	if len(w.intervals) == 0 {
		return w.edge(t)
	}
	before := w.has(t)
	for t = w.following(t); t.Before(end); t = w.following(t) {
		if w.has(t) != before {
			return t
		}
	}
	return time.Time{}
}

// edge is the next end of one time.
func (w when) edge(t time.Time) time.Time {
	switch {
	case w.from.After(t):
		return w.from
	case w.to.After(t):
		return w.to
	}
	return time.Time{}
}

// following is a moment after t up to which has cannot change its answer. An
// interval changes only at whole minutes, and on a day on which it asks for no
// time of day, or that is none of its days, only at midnight.
func (w when) following(t time.Time) time.Time {
	minute := t.Truncate(time.Minute).Add(time.Minute)
	next := t.Add(day)
	for _, i := range w.intervals {
		wholeDay := i
		wholeDay.Times = nil
		if i.Times != nil && wholeDay.ContainsTime(t.UTC()) {
			return minute
		}
		if m := midnight(t, i); m.Before(next) {
			next = m
		}
	}
	if !next.After(t) { // midnight does not exist on that day
		return minute
	}
	return next
}

// midnight is the end of the day of t where an interval is.
func midnight(t time.Time, i timeinterval.TimeInterval) time.Time {
	where := time.UTC
	if i.Location != nil {
		where = i.Location.Location
	}
	t = t.In(where)
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, where)
}

// spans lists the parts of the set between two moments.
func (w when) spans(from, to time.Time) []Span {
	list := []Span{}
	for at := from; at.Before(to); {
		flip := w.flipsBy(at, to)
		end := flip
		if flip.IsZero() || flip.After(to) {
			end = to
		}
		if w.has(at) {
			list = append(list, Span{From: at.UTC(), To: end.UTC()})
		}
		at = end
	}
	return list
}
