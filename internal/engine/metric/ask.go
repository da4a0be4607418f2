package metric

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// Question is a query, at a moment or, with a step, over a time.
type Question struct {
	Query    string
	At       time.Time
	From, To time.Time
	Step     time.Duration // 0 is at one moment
	Most     int           // series that are wanted; 0 is as many as are shown
}

// Asked answers queries: our own store, or a source.
type Asked interface {
	Ask(ctx context.Context, q Question) (Answer, error)
}

// The bounds of a question and of an answer.
const (
	MostQuery  = 10_000 // bytes
	MostPoints = 11_000 // of a series
	MostShown  = 500    // series of an answer
	Patience   = 20 * time.Second
	MostLoaded = 5_000_000 // samples that a query may hold at once
)

// Checked is the question within bounds, or what is wrong with it.
func (q Question) Checked() error {
	switch {
	case len(q.Query) > MostQuery:
		return prentice.Errorf(prentice.Invalid, "the query has %d bytes", len(q.Query)).Try("write one of at most %d bytes", MostQuery)
	case q.Step == 0:
		return nil
	case q.Step < time.Millisecond:
		return prentice.Errorf(prentice.Invalid, "a step of %s is none", q.Step).Try("write one such as 1m")
	case !q.From.Before(q.To):
		return prentice.Errorf(prentice.Invalid, "the time from %s to %s is none", q.From.UTC().Format(time.RFC3339), q.To.UTC().Format(time.RFC3339)).Try("write an earlier --from")
	case q.To.Sub(q.From)/q.Step > MostPoints:
		return prentice.Errorf(prentice.Limited, "a step of %s makes more than %d points of each series", span.String(q.Step), MostPoints).Try("write a longer --step, such as %s", span.String(StepOf(q.From, q.To)))
	}
	return nil
}

// StepOf is a step that makes a few hundred points of a time.
func StepOf(from, to time.Time) time.Duration {
	for _, step := range []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour} {
		if to.Sub(from)/step <= 300 {
			return step
		}
	}
	return max(24*time.Hour, (to.Sub(from) / 300).Truncate(24*time.Hour))
}

// Answer is what a query comes to.
type Answer struct {
	Kind   string // scalar, vector, matrix or string
	Series []Series
	More   int      // series beside those
	Says   []string // what was odd
}

// Series is a series of an answer.
type Series struct {
	Labels map[string]string
	Points []Point
}

// Point is a value at a moment.
type Point struct {
	At    time.Time
	Value float64
}

// Number is a value for people and programs: JSON has no NaN.
func Number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 0):
		return map[bool]string{true: "+Inf", false: "-Inf"}[v > 0]
	case math.Abs(v) >= 1e-4 && math.Abs(v) < 1e15 || v == 0:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// Wanted is how many series are.
func (q Question) Wanted() int {
	if q.Most > 0 {
		return q.Most
	}
	return MostShown
}

// Cut keeps as many series as are wanted.
func (a Answer) Cut(most int) Answer {
	if n := len(a.Series); n > most {
		a.Series, a.More = a.Series[:most], a.More+n-most
	}
	return a
}

// Written is a series as Prometheus writes it: its name, and its labels.
func (s Series) Written() string {
	var names []string
	for name := range s.Labels {
		if name != Name {
			names = append(names, name)
		}
	}
	text := s.Labels[Name]
	if len(names) == 0 {
		return cmp.Or(text, "{}")
	}
	return text + "{" + written(s.Labels, names) + "}"
}

// written are labels in the order of their names.
func written(labels map[string]string, names []string) string {
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		parts = append(parts, name+"="+strconv.Quote(labels[name]))
	}
	return strings.Join(parts, ", ")
}
