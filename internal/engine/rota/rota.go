package rota

import (
	"time"

	"prentice"
)

// Hours are those of some days of the week, on the wall of a zone. One that ends before it begins
// goes on into the next day.
type Hours struct {
	Zone  *time.Location
	Days  []time.Weekday
	From  time.Duration // since midnight, by the wall
	Until time.Duration
}

// Layer is people who take turns.
type Layer struct {
	People []prentice.Ref
	Start  time.Time     // of the first turn, on the wall, as if it were of UTC
	Every  time.Duration // of a turn, by the wall
	Hours  *Hours        // nil is always
}

// Rota is who is on call for something.
type Rota struct {
	Name   string
	Zone   *time.Location
	Layers []Layer
}

// Ref names it.
func (r Rota) Ref() prentice.Ref { return prentice.NewRef("rota", r.Name) }

// People are those who have a turn, each once, in the order of the layers.
func (r Rota) People() (list []prentice.Ref) {
	for _, l := range r.Layers {
		list = prentice.JoinPeople(list, l.People)
	}
	return list
}

// Override puts a person into the place of those who are on call, or of one of them.
type Override struct {
	Number int64        `json:"number"`
	Rota   string       `json:"rota"`
	Person prentice.Ref `json:"person"`           // who is on call instead
	For    prentice.Ref `json:"for,omitempty"`    // whose shifts they take over; "" is anyone's, and gaps
	From   time.Time    `json:"from"`             //
	Until  time.Time    `json:"until"`            //
	By     prentice.Ref `json:"by"`               // who said so
	Reason string       `json:"reason,omitempty"` //
	Made   time.Time    `json:"made"`             //
	Ended  time.Time    `json:"ended,omitzero"`   // when it was taken back
}

// Ref names it.
func (o Override) Ref() prentice.Ref { return prentice.NewRef("override", itoa(o.Number)) }

// holds says whether it is in force at an instant.
func (o Override) holds(at time.Time) bool {
	return o.Ended.IsZero() && !at.Before(o.From) && at.Before(o.Until)
}

// turn is who has the turn of a layer at an instant, and from when to when; "" before the first.
func (l Layer) turn(at time.Time, zone *time.Location) (who prentice.Ref, from, until time.Time) {
	begins := func(n int64) time.Time { return edge(l.Start.Add(time.Duration(n)*l.Every), zone) }
	if at.Before(begins(0)) {
		return "", time.Time{}, begins(0)
	}
	n := int64(onWall(at, zone).Sub(l.Start) / l.Every)
	for n > 0 && begins(n).After(at) {
		n--
	}
	for !begins(n + 1).After(at) {
		n++
	}
	return l.People[n%int64(len(l.People))], begins(n), begins(n + 1)
}

// open says whether an instant is in some hours, and the next edge behind it at which that may change.
func (h Hours) open(at time.Time) (is bool, next time.Time) {
	wall := onWall(at, h.Zone)
	midnight := time.Date(wall.Year(), wall.Month(), wall.Day(), 0, 0, 0, 0, time.UTC)
	for day := -1; day <= 8; day++ {
		begins := midnight.AddDate(0, 0, day)
		if !h.on(begins.Weekday()) {
			continue
		}
		until := h.Until
		if until <= h.From {
			until += 24 * time.Hour
		}
		from, to := edge(begins.Add(h.From), h.Zone), edge(begins.Add(until), h.Zone)
		if !at.Before(from) && at.Before(to) {
			is = true
		}
		for _, one := range []time.Time{from, to} {
			if one.After(at) && (next.IsZero() || one.Before(next)) {
				next = one
			}
		}
	}
	return is, next
}

func (h Hours) on(day time.Weekday) bool {
	for _, one := range h.Days {
		if one == day {
			return true
		}
	}
	return false
}

// Open says whether an instant is in the hours. Nil is always open.
func (h *Hours) Open(at time.Time) bool {
	if h == nil {
		return true
	}
	is, _ := h.open(at)
	return is
}

// After is the instant at which so much of the hours has passed since another.
func (h *Hours) After(at time.Time, length time.Duration) time.Time {
	if h == nil {
		return at.Add(length)
	}
	for range 10_000 { // of edges: years of hours
		is, next := h.open(at)
		if next.IsZero() {
			return at.Add(length)
		}
		if is {
			if part := next.Sub(at); part < length {
				length -= part
			} else {
				return at.Add(length)
			}
		}
		at = next
	}
	return at
}
