package availability

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/series"
)

// A day is kept as slots of five minutes.
const (
	slotLength = time.Duration(series.Fine)
	daySlots   = int64(24 * time.Hour / slotLength)
)

// slotAt is the slot that a time falls into.
func slotAt(t time.Time) int64 { return series.Fine.Slot(t) }

// slotStart is when a slot begins.
func slotStart(slot int64) time.Time { return series.Fine.Start(slot) }

// Slot counts the looks of five minutes. Latencies are of the looks that passed.
type Slot struct {
	Slot     int64
	Passed   int64
	Failed   int64
	Unseen   int64
	Degraded int64         // of those that passed
	Latency  time.Duration // the sum
	Fastest  time.Duration
	Slowest  time.Duration
}

// with is the slot and another one together.
func (s Slot) with(other Slot) Slot {
	switch {
	case s.Passed == 0:
		s.Fastest = other.Fastest
	case other.Passed > 0:
		s.Fastest = min(s.Fastest, other.Fastest)
	}
	s.Passed += other.Passed
	s.Failed += other.Failed
	s.Unseen += other.Unseen
	s.Degraded += other.Degraded
	s.Latency += other.Latency
	s.Slowest = max(s.Slowest, other.Slowest)
	return s
}

// Mean is the mean latency of the looks that passed, or 0.
func (s Slot) Mean() time.Duration {
	if s.Passed == 0 {
		return 0
	}
	return s.Latency / time.Duration(s.Passed)
}

// day is the slots in which someone looked, oldest first.
type day []Slot

// add counts a look. It keeps no more than a day behind the look.
func (d day) add(now time.Time, seen prentice.Observation) day {
	one := Slot{Slot: slotAt(now)}
	switch {
	case seen.OK():
		took := seen.Latency.Truncate(time.Microsecond)
		one.Passed, one.Latency, one.Fastest, one.Slowest = 1, took, took, took
		if seen.Degraded {
			one.Degraded = 1
		}
	case seen.Failed():
		one.Failed = 1
	default:
		one.Unseen = 1
	}
	return d.merge(one).since(one.Slot - daySlots + 1)
}

// merge adds a slot's counts. Mostly it is the last one; after a clock was set
// back it may be one further back.
func (d day) merge(s Slot) day {
	i := len(d)
	for i > 0 && d[i-1].Slot > s.Slot {
		i--
	}
	if i > 0 && d[i-1].Slot == s.Slot {
		d[i-1] = d[i-1].with(s)
		return d
	}
	d = append(d, Slot{})
	copy(d[i+1:], d[i:])
	d[i] = s
	return d
}

// since is the day without the slots before first.
func (d day) since(first int64) day {
	i := 0
	for i < len(d) && d[i].Slot < first {
		i++
	}
	return d[i:]
}

// total is the 24 hours that end now, together.
func (d day) total(now time.Time) (sum Slot) {
	for _, s := range d.since(slotAt(now) - daySlots + 1) {
		sum = sum.with(s)
	}
	return sum
}

// Share is an exact fraction of looks. Looks that could not be made are apart:
// they count neither way.
type Share struct {
	Passed int64 `json:"passed"`
	Of     int64 `json:"of"`     // looks that passed or failed
	Unseen int64 `json:"unseen"` // looks that could not be made

	Degraded int64 `json:"degraded,omitempty"` // of those that passed: at the second try, or with a warning
}

func (s Slot) share() Share { return Share{s.Passed, s.Passed + s.Failed, s.Unseen, s.Degraded} }

// worse says whether a share is worse than another one; among equals the one of which
// more was degraded. One of no looks says nothing, so it is not.
func (s Share) worse(than Share) bool {
	mine, its := s.Passed*than.Of, than.Passed*s.Of
	return s.Of > 0 && (than.Of == 0 || mine < its || mine == its && s.Degraded > than.Degraded)
}

// String is the share with the counts that it was made from.
func (s Share) String() string {
	if s.Of == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%s (%s)", s.Percent(), s.Counts())
}

// Percent is the share in hundredths of a per cent, never rounded up.
func (s Share) Percent() string {
	if s.Of == 0 {
		return "unknown"
	}
	cut := s.Passed * 10000 / s.Of
	return fmt.Sprintf("%d.%02d %%", cut/100, cut%100)
}

// Counts are what the share was made from.
func (s Share) Counts() string {
	return fmt.Sprintf("%s of %s", thousands(s.Passed), thousands(s.Of))
}

// thousands is a number with commas between its thousands.
func thousands(n int64) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
