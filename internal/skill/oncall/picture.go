package oncall

import (
	"fmt"
	"time"

	"prentice"
)

// Stretch is a part of the picture of a rota, in thousandths of its width.
type Stretch struct {
	X, Width int
	Hue      string
	Says     string
}

// Stretches are the picture of the next four weeks: shifts in two hues, so that each hand-over is
// seen, and gaps.
func (l Line) Stretches() []Stretch {
	all := []Stretch{}
	at := func(t time.Time) int { return int(1000 * t.Sub(l.from) / (ahead * 24 * time.Hour)) }
	add := func(hue string, from, until time.Time, says string) {
		all = append(all, Stretch{at(from), max(at(until)-at(from), 1), hue, fmt.Sprintf("%s: %s to %s", says, l.Local(from), l.Local(until))})
	}
	last, even := prentice.Ref(""), false
	for _, s := range l.Shifts {
		if s.Person != last {
			even, last = !even, s.Person
		}
		hue := "busy"
		switch {
		case s.Override != "":
			hue = "attention"
		case even:
			hue = "good"
		}
		add(hue, s.From, s.Until, s.Person.Name())
	}
	for _, g := range l.Gaps {
		add("bad", g.From, g.Until, "no one")
	}
	return all
}

// Weeks are the beginnings of the weeks in the picture.
func (l Line) Weeks() []int { return []int{250, 500, 750} }

// End is where the picture ends.
func (l Line) End() time.Time { return l.from.AddDate(0, 0, ahead) }
