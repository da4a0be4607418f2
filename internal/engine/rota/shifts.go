package rota

import (
	"slices"
	"strconv"
	"time"

	"prentice"
)

// Longest is how far shifts are worked out at once.
const Longest = 400 * 24 * time.Hour

// Shift is how long one person is on call without a break.
type Shift struct {
	Person   prentice.Ref `json:"person"`
	From     time.Time    `json:"from"`
	Until    time.Time    `json:"until"`
	Override prentice.Ref `json:"override,omitempty"` // that puts them there
}

// Gap is a time without anyone on call.
type Gap struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// At is who is on call at an instant, and until when that is so at least. The last layer that has
// someone counts, and over it the override that was made last.
func (r Rota) At(at time.Time, overrides []Override) (who Shift, next time.Time) {
	soon := func(t time.Time) {
		if t.After(at) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, l := range r.Layers {
		person, _, until := l.turn(at, r.Zone)
		soon(until)
		if l.Hours != nil {
			is, edge := l.Hours.open(at)
			soon(edge)
			if !is {
				continue
			}
		}
		if person != "" {
			who.Person = person
		}
	}
	regular := who.Person
	for _, o := range overrides { // in the order in which they were made
		if o.Rota != r.Name || !o.Ended.IsZero() {
			continue
		}
		soon(o.From)
		soon(o.Until)
		if o.holds(at) && (o.For == "" || o.For == regular) {
			who.Person, who.Override = o.Person, o.Ref()
		}
	}
	return who, next
}

// Shifts are those between two instants, cut off there, and the gaps between them.
func (r Rota) Shifts(from, until time.Time, overrides []Override) (shifts []Shift, gaps []Gap) {
	if until.Sub(from) > Longest {
		until = from.Add(Longest)
	}
	for at := from; at.Before(until); {
		who, next := r.At(at, overrides)
		if next.IsZero() || next.After(until) {
			next = until
		}
		who.From, who.Until = at.UTC(), next.UTC()
		switch {
		case who.Person == "":
			if n := len(gaps); n > 0 && gaps[n-1].Until.Equal(who.From) {
				gaps[n-1].Until = who.Until
			} else {
				gaps = append(gaps, Gap{who.From, who.Until})
			}
		case len(shifts) > 0 && shifts[len(shifts)-1].goesOn(who):
			shifts[len(shifts)-1].Until = who.Until
		default:
			shifts = append(shifts, who)
		}
		at = next
	}
	return shifts, gaps
}

// goesOn says whether another shift is the same one.
func (s Shift) goesOn(next Shift) bool {
	return s.Person == next.Person && s.Override == next.Override && s.Until.Equal(next.From)
}

// GapsAhead are the gaps of some days from now on. What is over cannot be filled.
func (r Rota) GapsAhead(now time.Time, days int, overrides []Override) []Gap {
	_, gaps := r.Shifts(now, now.AddDate(0, 0, days), overrides)
	return gaps
}

// Whole are shifts that began before from or end behind until, told with their true edges: a
// shift that is cut off by a window would be another one in every window.
func (r Rota) Whole(from, until time.Time, overrides []Override) []Shift {
	wide, _ := r.Shifts(from.AddDate(0, 0, -60), until.AddDate(0, 0, 60), overrides)
	return slices.DeleteFunc(wide, func(s Shift) bool { return !s.Until.After(from) || !s.From.Before(until) })
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
