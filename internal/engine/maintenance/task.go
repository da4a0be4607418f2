package maintenance

import (
	"fmt"
	"time"

	"prentice"
)

// Task is what has to be done again and again.
type Task struct {
	Name      string            `json:"name"`
	Summary   string            `json:"summary"`
	About     prentice.Ref      `json:"about,omitempty"` // the service, host or resource; "" is the team itself
	Owner     prentice.Ref      `json:"owner,omitempty"`
	Every     Interval          `json:"every"`
	Grace     int               `json:"grace_days"`
	First     time.Time         `json:"first,omitzero"`      // the first day on which it is due; zero is the day on which the task was read first
	Procedure string            `json:"procedure,omitempty"` // does it; "" is done by people
	With      map[string]string `json:"with,omitempty"`      // inputs that a run must have had; others do not matter
	At        prentice.Pos      `json:"-"`
}

// Ref names it.
func (t Task) Ref() prentice.Ref { return prentice.NewRef("maintenance", t.Name) }

// Did says whether a run with these inputs of the task's procedure did it. What the catalog
// has may be written as in a plan or by its name alone: service/orders, orders.
func (t Task) Did(inputs map[string]string) bool {
	for name, value := range t.With {
		given := inputs[name]
		if ref, err := prentice.ParseRef(given); err == nil && ref.Name() == value {
			continue
		}
		if given != value {
			return false
		}
	}
	return true
}

// Interval is a number of calendar days and months.
type Interval struct {
	Days   int
	Months int
}

// String is how it is written in a file.
func (i Interval) String() string {
	switch {
	case i.Months > 0 && i.Months%12 == 0:
		return fmt.Sprintf("%dy", i.Months/12)
	case i.Months > 0:
		return fmt.Sprintf("%dmo", i.Months)
	case i.Days%7 == 0:
		return fmt.Sprintf("%dw", i.Days/7)
	}
	return fmt.Sprintf("%dd", i.Days)
}

// MarshalText implements encoding.TextMarshaler.
func (i Interval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *Interval) UnmarshalText(text []byte) error {
	read, ok := length(string(text))
	if !ok {
		return fmt.Errorf("%.20q is no interval", text)
	}
	*i = read
	return nil
}

// Words is the interval as people say it.
func (i Interval) Words() string {
	switch {
	case i.Months > 0 && i.Months%12 == 0:
		return each(i.Months/12, "year")
	case i.Months > 0:
		return each(i.Months, "month")
	case i.Days%7 == 0:
		return each(i.Days/7, "week")
	}
	return each(i.Days, "day")
}

func each(n int, unit string) string {
	if n == 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", n, unit)
}

// after is the day that is n intervals after another one.
func (i Interval) after(day time.Time, n int) time.Time {
	y, m, d := day.Date()
	if i.Months == 0 {
		return time.Date(y, m, d+n*i.Days, 0, 0, 0, 0, day.Location())
	}
	first := time.Date(y, m+time.Month(n*i.Months), 1, 0, 0, 0, 0, day.Location())
	last := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, day.Location()).Day()
	return time.Date(first.Year(), first.Month(), min(d, last), 0, 0, 0, 0, day.Location())
}

// Word is how a task stands.
type Word string

// The words.
const (
	Done    Word = "done"    // and not due again yet
	Planned Word = "planned" // never done, and its first day is to come
	Due     Word = "due"     // its day has come
	Overdue Word = "overdue" // and its grace is over
)

// Standing is how a task stands at a moment.
type Standing struct {
	State  Word      `json:"state"`
	Due    time.Time `json:"due"`              // the beginning of the day
	Last   time.Time `json:"last,omitzero"`    // when it was done; zero is never
	Missed int       `json:"missed,omitempty"` // whole intervals that have passed since it was due
}

// Stands says how a task stands that was done last at a moment, and was read first at another
// one.
func (s *Set) Stands(t Task, last, since, now time.Time) Standing {
	out := Standing{State: Done, Due: s.due(t, last, since), Last: last}
	switch {
	case now.Before(out.Due) && last.IsZero():
		out.State = Planned
	case now.Before(out.Due):
	case now.Before(s.over(t, out.Due)):
		out.State = Due
	default:
		out.State = Overdue
	}
	for !t.Every.after(out.Due, out.Missed+1).After(now) && out.Missed < mostMissed {
		out.Missed++
	}
	return out
}

// mostMissed is how many missed intervals are counted.
const mostMissed = 10_000

func (s *Set) due(t Task, last, since time.Time) time.Time {
	switch {
	case !last.IsZero():
		return t.Every.after(s.day(last), 1)
	case !t.First.IsZero():
		return t.First
	}
	return s.day(since)
}

// over is the moment at which the grace of a day ends.
func (s *Set) over(t Task, due time.Time) time.Time {
	y, m, d := due.Date()
	return time.Date(y, m, d+1+t.Grace, 0, 0, 0, 0, due.Location())
}

// InTime says whether what was done at a moment was done before its grace was over.
func (s *Set) InTime(t Task, due, at time.Time) bool {
	return due.IsZero() || at.Before(s.over(t, due.In(s.zone())))
}

// day is the beginning of the day of a moment in the team's zone.
func (s *Set) day(at time.Time) time.Time {
	y, m, d := at.In(s.zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.zone())
}

// NewDay says whether two moments are on different days.
func (s *Set) NewDay(a, b time.Time) bool { return !s.day(a).Equal(s.day(b)) }

// Says is how a task stands, as people read it.
func (s Standing) Says(now time.Time) string {
	day := s.Due.Format(time.DateOnly)
	switch {
	case s.State == Planned:
		return "due first on " + day
	case s.State == Done:
		return "due again on " + day
	case s.State == Due && s.Last.IsZero():
		return "due since " + day + ", and never done"
	case s.State == Due:
		return "due since " + day
	}
	text := fmt.Sprintf("overdue: its day was %s, %s ago", day, count(int(now.Sub(s.Due)/(24*time.Hour)), "day"))
	if s.Last.IsZero() {
		text += ", and never done"
	}
	if s.Missed > 0 {
		text += fmt.Sprintf("; %s missed", count(s.Missed, "interval"))
	}
	return text
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
