package supervision

import (
	"fmt"
	"time"

	"prentice/internal/team/calendar"
)

// CalendarRow is an entry of the calendar, with its strip.
type CalendarRow struct {
	calendar.Listed
	Sign, Word string // how it stands now
	Hue        string
	When, Does string // what its times are, and what it does to what it names
	Bars       []Bar
}

// Bar is a part of a strip that is 1000 wide.
type Bar struct {
	X, Width int
	Says     string
}

// Rows are the entries, with their strips.
func (c Calendar) Rows() []CalendarRow {
	rows := make([]CalendarRow, len(c.Entries))
	for i, e := range c.Entries {
		rows[i] = CalendarRow{Listed: e, Hue: "good", When: "Open", Does: does(e)}
		rows[i].Sign, rows[i].Word = standing(e)
		switch e.Kind {
		case "freeze":
			rows[i].Hue, rows[i].When = "attention", "Frozen"
		case maintenance:
			rows[i].Hue, rows[i].When = "busy", "Muted"
		}
		for _, s := range e.Spans {
			from, to := c.place(s.From), c.place(s.To)
			rows[i].Bars = append(rows[i].Bars, Bar{X: from, Width: max(to-from, 2), Says: fmt.Sprintf("%s: %s", e.Name, c.Range(s))})
		}
	}
	return rows
}

// Ticks are the midnights between the days that are shown.
func (c Calendar) Ticks() []int {
	var at []int
	for t := c.Zoned(c.From).AddDate(0, 0, 1); t.Before(c.To) && len(at) < 60; t = t.AddDate(0, 0, 1) {
		at = append(at, c.place(t))
	}
	return at
}

// Scale is the days that are shown, as they stand below a strip.
func (c Calendar) Scale() []string {
	var days []string
	for t := c.Zoned(c.From); t.Before(c.To) && len(days) < 60; t = t.AddDate(0, 0, 1) {
		day := t.Format("2")
		if len(days) == 0 || t.Day() == 1 {
			day = t.Format("2 Jan")
		}
		days = append(days, day)
	}
	return days
}

// NowAt is where on a strip it is now.
func (c Calendar) NowAt() int { return c.place(c.Now) }

// place is where a time stands on a strip.
func (c Calendar) place(t time.Time) int {
	return int(1000 * t.Sub(c.From) / c.To.Sub(c.From))
}

// Place is where on a strip a time stands; -1 when it is not on it.
func (c Calendar) Place(t time.Time) int {
	if t.Before(c.From) || !t.Before(c.To) {
		return -1
	}
	return c.place(t)
}

// Moment is a time in the calendar's zone.
func (c Calendar) Moment(t time.Time) string { return c.Zoned(t).Format("Mon 2 Jan 15:04 MST") }

// Day is the day of a time in the team's zone.
func (c Calendar) Day(t time.Time) string { return c.Zoned(t).Format("Mon 2 Jan") }
