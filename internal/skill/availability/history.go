package availability

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/op"
)

// byTheHour is up to how many days a history has a bar for each hour.
const byTheHour = 7

// HistoryIn names a service and how far back to look.
type HistoryIn struct {
	Name string `json:"name" arg:"1" of:"service" minLength:"1" maxLength:"200" example:"checkout" doc:"The service, as checkout or service/checkout."`
	Days int    `json:"days,omitempty" minimum:"1" maximum:"90" default:"7" doc:"How many days, today included."`
}

// History is how a service stood over days. What no one saw is a gap, not a success.
type History struct {
	Ref          prentice.Ref  `json:"ref"`
	Days         int           `json:"days"`
	Each         time.Duration `json:"each"`           // what a bar stands for: an hour or a day
	Since        time.Time     `json:"since,omitzero"` // of the first look that is kept; zero is none in these days
	Availability Share         `json:"availability"`   // of the probe that fared worst
	Bars         []Bar         `json:"bars"`           // oldest first; days are those of UTC
}

func (l *Lookout) history(ctx context.Context, c op.Call, in HistoryIn) (History, error) {
	s, err := l.find(in.Name)
	if err != nil {
		return History{}, err
	}
	if in.Days == 0 {
		in.Days = byTheHour
	}
	if l.DB == nil {
		return History{}, prentice.Errorf(prentice.Unavailable, "what was seen of %s is not kept here", s.Ref)
	}
	out := History{Ref: s.Ref, Days: in.Days, Each: time.Hour}
	if in.Days > byTheHour {
		out.Each = 24 * time.Hour
	}
	first := out.begins(c.Now)
	hours, err := l.kept.hours(ctx, s.Ref, first)
	if err != nil {
		return History{}, fmt.Errorf("read the history of %s: %w", s.Ref, err)
	}
	out.draw(c.Now, s.Probes, hours)
	return out, nil
}

// begins is when the first bar of a history that ends now begins.
func (h History) begins(now time.Time) time.Time {
	if h.Each == time.Hour {
		return now.UTC().Truncate(time.Hour).Add(-time.Duration(h.Days*24-1) * time.Hour)
	}
	return now.UTC().Truncate(h.Each).Add(-time.Duration(h.Days-1) * h.Each)
}

// draw makes bars of the hours of probes. The counts of a bar are those of all
// probes, its state is that of the probe that fared worst.
func (h *History) draw(now time.Time, probes []prentice.Probe, hours map[string][]Slot) {
	first := h.begins(now)
	n := int(now.Sub(first)/h.Each) + 1
	sums, words := make([]Slot, n), make([]Word, n)
	for _, p := range probes {
		var whole Slot
		bars := make([]Slot, n)
		for _, s := range hours[p.Name] {
			at := series.Hour.Start(s.Slot)
			i := int(at.Sub(first) / h.Each)
			if at.Before(first) || i >= n {
				continue
			}
			bars[i], whole = bars[i].with(s), whole.with(s)
			if h.Since.IsZero() || at.Before(h.Since) {
				h.Since = at
			}
		}
		for i, s := range bars {
			if s.looked() {
				sums[i], words[i] = sums[i].with(s), worstSeen(words[i], s.word())
			}
		}
		if share := whole.share(); h.Availability.Of == 0 || share.worse(h.Availability) {
			h.Availability = share
		}
	}
	h.Bars = make([]Bar, n)
	for i, s := range sums {
		h.Bars[i] = s.bar(first.Add(time.Duration(i)*h.Each), words[i])
	}
}

func (s Slot) looked() bool { return s.Passed+s.Failed+s.Unseen+s.Degraded > 0 }

// Stretches are the bars with equal neighbours joined, for a chart.
func (h History) Stretches() []Stretch {
	return stretches(h.Bars, func(from, to time.Time, sum Slot) string {
		if h.Each == time.Hour {
			return fmt.Sprintf("%s to %s UTC: %s", from.Format("2 Jan 15:04"), to.Add(h.Each).Format("2 Jan 15:04"), counted(sum))
		}
		if from.Equal(to) {
			return fmt.Sprintf("%s: %s", from.Format("2 Jan"), counted(sum))
		}
		return fmt.Sprintf("%s to %s: %s", from.Format("2 Jan"), to.Format("2 Jan"), counted(sum))
	})
}

// Rows are the bars in which someone looked, newest first: the table behind the chart.
func (h History) Rows() []Bar {
	rows := slices.DeleteFunc(slices.Clone(h.Bars), func(b Bar) bool { return b.Passed+b.Failed+b.Unseen == 0 })
	slices.Reverse(rows)
	return rows
}

// Gap says from when on nothing is kept of the days that were asked for, or "".
func (h History) Gap() string {
	switch {
	case len(h.Bars) == 0 || h.Since.IsZero():
		return fmt.Sprintf("Nothing was seen of it in the last %d days.", h.Days)
	case h.Since.Sub(h.Bars[0].Start) >= h.Each:
		return fmt.Sprintf("What was seen is kept since %s UTC; before that it is unknown.", h.Since.Format("2 January 15:04"))
	}
	return ""
}

// Table implements op.Tabler.
func (h History) Table() (head []string, rows [][]string) {
	head = []string{"FROM (UTC)", "STATE", "PASSED", "FAILED", "NOT SEEN", "MEAN"}
	for _, b := range h.Rows() {
		rows = append(rows, []string{op.Cell(b.Start), string(b.State), thousands(b.Passed), thousands(b.Failed), thousands(b.Unseen), b.MeanSays()})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (h History) Empty() string { return h.Gap() }

var (
	_ op.Tabler  = History{}
	_ op.Emptier = History{}
)
