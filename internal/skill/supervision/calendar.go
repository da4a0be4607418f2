package supervision

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team/calendar"
)

// daysShown is how many days of the calendar are shown when no one says.
const daysShown = 14

type daysIn struct {
	Days int `json:"days,omitempty" minimum:"1" maximum:"400" doc:"How many days to show, today included; 14 when left out."`
}

type calendarFileIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The calendar.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Calendar is the freezes, windows and maintenance of the coming days.
type Calendar struct {
	calendar.Days
	Findings []prentice.Finding `json:"findings"` // names that no one has, and a file that is not in force
}

func (d Deps) calendarOps() []op.Op {
	return []op.Op{
		op.New("calendar.show", prentice.Look, prentice.Viewer, "Show the freezes, windows and maintenance of the coming days.", d.calendar).
			WithExample("prentice calendar show --days 14").FromFiles().
			WithHelp("In a freeze nothing that it applies to is begun; of what a window applies to, nothing is begun outside of it. Both bind people as much as prentice. In maintenance, what fails of the things that it names opens no incident and calls no one. All are kept in calendar.yaml in the team folder."),
		op.New("calendar.check", prentice.Look, prentice.Viewer, "Check a calendar.yaml for mistakes.", d.checkCalendar).
			WithExample("prentice calendar check calendar.yaml").WithoutState(),
	}
}

func (d Deps) calendar(_ context.Context, c op.Call, in daysIn) (Calendar, error) {
	days, findings := d.Days(c.Now, cmp.Or(in.Days, daysShown))
	if findings == nil {
		findings = []prentice.Finding{}
	}
	return Calendar{days, findings}, nil
}

// CalendarChecked is what is wrong with a calendar.
type CalendarChecked struct{ op.Findings }

// Text implements op.Texter.
func (c CalendarChecked) Text() string { return c.Report("") }

func (d Deps) checkCalendar(_ context.Context, _ op.Call, in calendarFileIn) (CalendarChecked, error) {
	return CalendarChecked{op.Found(calendar.File.Check(cmp.Or(in.Name, "calendar.yaml"), []byte(in.File)))}, nil
}

// Text implements op.Texter: each freeze and window with its times, in the
// team's zone and in UTC.
func (c Calendar) Text() string {
	var b strings.Builder
	b.WriteString(op.Found(c.Findings).Lines(""))
	if len(c.Entries) == 0 {
		b.WriteString("No freeze, no window and no maintenance: runs may begin at any time. Write calendar.yaml in the team folder to say otherwise.\n")
	}
	for _, e := range c.Entries {
		sign, word := standing(e)
		fmt.Fprintf(&b, "%s %s  %s %s: %s\n  %s %s\n", sign, word, e.Kind, e.Name, e.Reason, does(e), e.Applies)
		for _, s := range e.Spans {
			fmt.Fprintf(&b, "  %s\n", c.Range(s))
		}
		if len(e.Spans) == 0 {
			b.WriteString("  not in these days\n")
		}
	}
	return b.String()
}

const maintenance = "maintenance"

// does is what an entry does to what it names.
func does(e calendar.Listed) string {
	if e.Kind == maintenance {
		return "mutes"
	}
	return "applies to"
}

// standing is how an entry stands now: a shape and a word.
func standing(e calendar.Listed) (sign, word string) {
	switch {
	case e.Kind == "freeze" && e.InForce:
		return "✕", "frozen now"
	case e.Kind == maintenance && e.InForce:
		return "◇", "muted now"
	case e.Kind == "freeze", e.Kind == maintenance:
		return "○", "not now"
	case e.InForce:
		return "●", "open now"
	}
	return "✕", "closed now"
}

// Zoned is a time in the team's zone.
func (c Calendar) Zoned(t time.Time) time.Time { return t.In(c.where()) }

func (c Calendar) where() *time.Location {
	where, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC // it was a zone where the calendar was read
	}
	return where
}

// Range is a span in the team's zone, and in UTC beside it.
func (c Calendar) Range(s calendar.Span) string {
	local, utc := c.Local(s), c.InUTC(s)
	if c.Zone == "UTC" || local == utc {
		return utc
	}
	return local + " (" + utc + ")"
}

// Local is a span in the team's zone.
func (c Calendar) Local(s calendar.Span) string { return c.said(s, c.where()) }

// InUTC is a span in UTC.
func (c Calendar) InUTC(s calendar.Span) string { return c.said(s, time.UTC) }

// said is a span in words. What began before the days that are shown, or goes
// on after them, says so.
func (c Calendar) said(s calendar.Span, where *time.Location) string {
	from, to := s.From.In(where), s.To.In(where)
	before, after := s.From.Equal(c.From), s.To.Equal(c.To)
	switch {
	case before && after:
		return "all of these days"
	case before:
		return "until " + to.Format(longTime)
	case after:
		return "from " + from.Format(longTime) + " on"
	}
	return between(from, to)
}

const longTime = "Mon 2006-01-02 15:04 MST"

func between(from, to time.Time) string {
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return from.Format("Mon 2006-01-02 15:04") + " to " + to.Format("15:04 MST")
	}
	return from.Format(longTime) + " to " + to.Format(longTime)
}
