package capacity

import (
	"fmt"
	"math"
	"time"

	"prentice/internal/engine/forecast"
	"prentice/internal/engine/series"
)

// Word is how a resource stands.
type Word string

// The words.
const (
	Enough    Word = "enough"    // it lasts as far as the outlook looks
	Ending    Word = "ending"    // it is used up within that time
	Exhausted Word = "exhausted" // nothing of it is left
	Unsure    Word = "unsure"    // it may be used up, and its past does not say when
	Unknown   Word = "unknown"   // too little was measured to say anything
)

// Outlook is what the measurements of a resource come to.
type Outlook struct {
	State    Word      `json:"state"`
	Says     string    `json:"says"`
	Earliest time.Time `json:"earliest,omitzero"` // with a probability of nine in ten not before
	Likely   time.Time `json:"likely,omitzero"`
	Latest   time.Time `json:"latest,omitzero"` // with a probability of nine in ten not after
	Until    time.Time `json:"until,omitzero"`  // how far it looks
	Skill    float64   `json:"skill,omitempty"` // its errors in the past, over those of "it stays as it is"
	Tried    int       `json:"tried,omitempty"` // from how many moments of the past
	Rules    []string  `json:"rules,omitempty"`
	Past     []Point   `json:"past,omitempty"`
	Ahead    []Point   `json:"ahead,omitempty"`

	Known  bool          `json:"known,omitempty"`  // the day is known, and was not forecast
	Notice time.Duration `json:"notice,omitempty"` // how long before it somebody must act
}

// Point is the greatest use of an hour or a day, as it was or as it is to come.
type Point struct {
	At   time.Time `json:"at"`
	Most float64   `json:"most"`
	Low  float64   `json:"low,omitempty"` // of those to come: the band that holds it with a probability of 0.8
	High float64   `json:"high,omitempty"`
}

const nothingLeft = "nothing of it is left"

// band is the probability with which a value to come is in its band. Each side of it is
// passed with half of the rest: one in ten.
const band = 0.8

// scale is a step in which an outlook looks.
type scale struct {
	step    series.Step
	seasons []int
	longest int // steps ahead
	back    int // steps
}

// Days where there are enough of them, else hours. Of neither more is read than the seasons need.
var (
	days  = scale{series.Day, []int{7}, 365, 3 * 365}
	hours = scale{series.Hour, []int{24, 168}, 14 * 24, 90 * 24}
)

// fewest is how many days there must be before days are forecast; until then hours are.
const fewest = 60

// look is the outlook of a resource from its points, by the day and by the hour, each in the
// order of its slots.
func look(now time.Time, r Resource, byDay, byHour []series.Point) Outlook {
	if len(byDay) >= fewest {
		return days.look(now, r, byDay)
	}
	return hours.look(now, r, byHour)
}

func (s scale) look(now time.Time, r Resource, points []series.Point) Outlook {
	values, first := s.values(now, points)
	o := Outlook{State: Unknown, Past: s.past(values, first)}
	steps := min(len(values)/4, s.longest)
	f, err := forecast.Of(forecast.History{Values: values, Seasons: s.seasons}, max(steps, 1))
	switch {
	case r.Used >= r.Limit && r.Unit == busyUnit:
		o.State, o.Says = Unsure, "all of it was in use between the last two looks; it comes free by itself"
		return o
	case r.Used >= r.Limit:
		o.State, o.Says = Exhausted, nothingLeft
		return o
	case err != nil:
		o.Says = "it was measured for " + lasting(time.Duration(len(values))*time.Duration(s.step)) + " so far: too short a time to be tried on its own past"
		return o
	}
	low, high := f.Band(band)
	for i, v := range f.Mean {
		o.Ahead = append(o.Ahead, Point{s.step.Start(first + int64(len(values)+i)), v, max(low[i], 0), high[i]})
	}
	at := func(step int) time.Time {
		if step == 0 {
			return time.Time{}
		}
		return o.Ahead[step-1].At
	}
	o.Skill, o.Tried, o.Rules, o.Until = f.Skill, f.Tried, f.Rules, o.Ahead[steps-1].At
	reach := f.Reach(float64(r.Used), float64(r.Limit), band)
	switch {
	case reach.Earliest == 0:
		o.State, o.Says = Enough, fmt.Sprintf("it lasts beyond %s", day(o.Until))
	case reach.Unsure:
		o.State, o.Says = Unsure, fmt.Sprintf("it may be used up from %s on; its past does not say when: no rule was better than that it stays as it is", day(at(reach.Earliest)))
	case reach.Likely == 0:
		o.State, o.Earliest = Enough, at(reach.Earliest)
		o.Says = fmt.Sprintf("it is likely to last beyond %s, and may be used up from %s on", day(o.Until), day(o.Earliest))
	default:
		o.State, o.Earliest, o.Likely, o.Latest = Ending, at(reach.Earliest), at(reach.Likely), at(reach.Latest)
		to := "or later"
		if !o.Latest.IsZero() {
			to = "to " + day(o.Latest)
		}
		o.Says = fmt.Sprintf("it is used up about %s (from %s %s)", day(o.Likely), day(o.Earliest), to)
	}
	return o
}

// values are the greatest values of each step from the first that is known on, with gaps as
// NaN. The step that has not ended is left out: its greatest may be to come.
func (s scale) values(now time.Time, points []series.Point) (values []float64, first int64) {
	last := s.step.Slot(now) - 1
	for _, p := range points {
		if p.Slot > last || p.Slot <= last-int64(s.back) || p.Count == 0 {
			continue
		}
		if values == nil {
			first = p.Slot
		}
		for int64(len(values)) < p.Slot-first {
			values = append(values, math.NaN())
		}
		values = append(values, float64(p.Max))
	}
	return values, first
}

func (s scale) past(values []float64, first int64) (list []Point) {
	for i, v := range values {
		if !math.IsNaN(v) {
			list = append(list, Point{At: s.step.Start(first + int64(i)), Most: v})
		}
	}
	return list
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// lasting is a time as people read it.
func lasting(d time.Duration) string {
	switch n := int(d / time.Hour); {
	case n == 0:
		return "less than an hour"
	case n == 1:
		return "1 hour"
	case n < 48:
		return fmt.Sprintf("%d hours", n)
	default:
		return fmt.Sprintf("%d days", n/24)
	}
}
