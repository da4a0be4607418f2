package objective

import (
	"fmt"
	"time"
)

// Period is the time over which a budget lasts: one that rolls, or the months of a zone.
type Period struct {
	Rolling time.Duration `json:"rolling,omitempty"` // 0 is the calendar month
	Zone    string        `json:"zone,omitempty"`    // of the calendar month
}

// The periods that may be.
const (
	Default       = 28 * 24 * time.Hour
	ShortestTime  = 24 * time.Hour
	LongestPeriod = 92 * 24 * time.Hour
)

// Span is the period that a moment lies in: where it begins and ends. One that rolls ends then.
func (p Period) Span(now time.Time) (from, to time.Time) {
	if p.Rolling > 0 {
		return now.Add(-p.Rolling), now
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	at := now.In(zone)
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, zone), time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, zone)
}

// Length is how long a period is, for the thresholds of alerts; a month counts as 30 days.
func (p Period) Length() time.Duration {
	if p.Rolling > 0 {
		return p.Rolling
	}
	return 30 * 24 * time.Hour
}

// String is the period for people.
func (p Period) String() string {
	if p.Rolling > 0 {
		return fmt.Sprintf("%s, rolling", spell(p.Rolling))
	}
	return "the calendar month in " + p.Zone
}

// Due is how many looks of one interval a period has, and how many of them are to come.
func (p Period) Due(now time.Time, interval time.Duration) (due, toCome int64) {
	if interval <= 0 {
		return 0, 0
	}
	from, to := p.Span(now)
	return int64(to.Sub(from) / interval), int64(max(0, to.Sub(now)) / interval)
}

func spell(d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}
