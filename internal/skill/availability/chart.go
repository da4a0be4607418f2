package availability

import (
	"fmt"
	"strings"
	"time"
)

// Bar is five minutes of a service, for a chart and the table behind it. Its
// counts are those of all probes, its state is that of the probe that fared worst.
// No one having looked is a state of its own.
type Bar struct {
	Start    time.Time     `json:"start"`
	State    Word          `json:"state"`
	Passed   int64         `json:"passed"`
	Failed   int64         `json:"failed"`
	Unseen   int64         `json:"unseen"`
	Degraded int64         `json:"degraded,omitempty"`
	Mean     time.Duration `json:"mean_latency"`
	Slowest  time.Duration `json:"slowest"`
}

// Degraded is only said of a piece of the strip, and of a look: some looks failed, but
// most passed, or one passed at the second try or with a warning.
const Degraded Word = "degraded"

// word judges a slot by itself: any failure shows.
func (s Slot) word() Word {
	switch {
	case s.Failed > 0 && s.Passed > s.Failed:
		return Degraded
	case s.Failed > 0:
		return Down
	case s.Degraded > 0:
		return Degraded
	case s.Passed > 0:
		return Well
	default:
		return Unknown
	}
}

// strip is the 24 hours that end now in bars, also where no one looked, of
// several probes together.
func strip(now time.Time, days ...day) []Bar {
	last := slotAt(now)
	sums, words := make([]Slot, daySlots), make([]Word, daySlots)
	for _, d := range days {
		for _, s := range d.since(last - daySlots + 1) {
			if i := s.Slot - last + daySlots - 1; i < daySlots {
				sums[i], words[i] = sums[i].with(s), worstSeen(words[i], s.word())
			}
		}
	}
	bars := make([]Bar, daySlots)
	for i, s := range sums {
		bars[i] = s.bar(slotStart(last-daySlots+1+int64(i)), words[i])
	}
	return bars
}

// worstSeen is the worse of two words; what no one saw is worse than nothing only.
func worstSeen(a, b Word) Word {
	if a == "" || a == Unknown || b != Unknown && rankOf(b) > rankOf(a) {
		return b
	}
	return a
}

func (s Slot) bar(start time.Time, w Word) Bar {
	return Bar{Start: start, State: orUnknown(w), Passed: s.Passed, Failed: s.Failed, Unseen: s.Unseen, Mean: s.Mean(), Slowest: s.Slowest}
}

// Stretch is a piece of the strip in which the state stayed the same, in bars
// from the left.
type Stretch struct {
	From, Width int
	State       Word
	Says        string
}

// Stretches are the strip with equal neighbours joined.
func (s Shown) Stretches() []Stretch { return Stretches(s.Strip) }

// Stretches are bars with equal neighbours joined.
func Stretches(bars []Bar) []Stretch {
	return stretches(bars, func(from, to time.Time, sum Slot) string {
		return fmt.Sprintf("%s to %s UTC: %s", clock(from), clock(to.Add(slotLength)), counted(sum))
	})
}

// stretches are bars with equal neighbours joined, and what is said of each: of
// the bars that begin between two times, and their counts.
func stretches(bars []Bar, says func(from, to time.Time, sum Slot) string) []Stretch {
	var all []Stretch
	for i := 0; i < len(bars); {
		from := i
		sum := Slot{}
		for ; i < len(bars) && bars[i].State == bars[from].State; i++ {
			sum = sum.with(bars[i].slot())
		}
		all = append(all, Stretch{From: from, Width: i - from, State: bars[from].State, Says: says(bars[from].Start, bars[i-1].Start, sum)})
	}
	return all
}

// Hours are the strip by the hour: the table behind the chart.
func (s Shown) Hours() []Bar {
	var hours []Bar
	for i := 0; i < len(s.Strip); {
		start, sum, worst := s.Strip[i].Start, Slot{}, Unknown
		for hour := start.Truncate(time.Hour); i < len(s.Strip) && s.Strip[i].Start.Truncate(time.Hour).Equal(hour); i++ {
			sum, worst = sum.with(s.Strip[i].slot()), worstSeen(worst, s.Strip[i].State)
		}
		hours = append(hours, sum.bar(start, worst))
	}
	return hours
}

func (b Bar) slot() Slot {
	return Slot{Passed: b.Passed, Failed: b.Failed, Unseen: b.Unseen, Latency: b.Mean * time.Duration(b.Passed), Slowest: b.Slowest}
}

func clock(t time.Time) string { return t.UTC().Format("15:04") }

// counted is a slot in words.
func counted(s Slot) string {
	switch {
	case s.Passed+s.Failed+s.Unseen == 0:
		return "not checked"
	case s.Passed+s.Failed == 0:
		return fmt.Sprintf("%s checks could not be made", thousands(s.Unseen))
	default:
		return fmt.Sprintf("%s of %s checks passed", thousands(s.Passed), thousands(s.Passed+s.Failed))
	}
}

// MeanSays is the mean latency as people read it.
func (l Line) MeanSays() string { return took(l.Mean) }

// MeanSays is the mean latency as people read it.
func (b Bar) MeanSays() string { return took(b.Mean) }

// SlowestSays is the longest latency as people read it.
func (b Bar) SlowestSays() string { return took(b.Slowest) }

// After is the look's latency as people read it.
func (s Seen) After() string { return took(s.Latency) }

// Word is what came of the look.
func (s Seen) Word() string {
	if s.Degraded {
		return string(Degraded)
	}
	return string(s.Truth)
}

// Parts is where the time went, or "" when it had no parts.
func (s Seen) Parts() string {
	var parts []string
	for _, one := range []struct {
		name string
		took time.Duration
	}{{"name", s.Phases.DNS}, {"connection", s.Phases.Connect}, {"TLS", s.Phases.TLS}, {"first byte", s.Phases.FirstByte}} {
		if one.took > 0 {
			parts = append(parts, one.name+" "+took(one.took))
		}
	}
	return strings.Join(parts, ", ")
}

// Curve is how long a service took to answer, for a chart of daySlots by
// curveHigh: lines from left to right, broken where no one saw an answer.
type Curve struct {
	Peak  string // the highest point, as people read it
	Lines []string
}

const curveHigh = 48

// Curve draws the mean latency of the strip.
func (s Shown) Curve() (c Curve) {
	var peak time.Duration
	for _, b := range s.Strip {
		peak = max(peak, b.Mean)
	}
	if peak == 0 {
		return c
	}
	c.Peak = took(peak)
	var points []string
	end := func() {
		if len(points) == 1 { // a point alone is a short line
			points = append(points, points[0])
		}
		if len(points) > 0 {
			c.Lines = append(c.Lines, strings.Join(points, " "))
		}
		points = nil
	}
	for i, b := range s.Strip {
		if b.Passed == 0 {
			end()
			continue
		}
		points = append(points, fmt.Sprintf("%d,%.1f", i, curveHigh-1-float64(curveHigh-2)*float64(b.Mean)/float64(peak)))
	}
	end()
	return c
}
