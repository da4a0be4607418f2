package render

import (
	"fmt"
	"strings"
	"time"
)

// Ago is a time as people say it, seen from now: "just now", "40 s ago",
// "in 59 min", "3 d ago". Beyond a month it is the date. No time is "never".
func Ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	ahead := d < 0
	if ahead {
		d = -d
	}
	switch {
	case d < time.Second:
		return "just now"
	case d > 30*24*time.Hour:
		return t.Format(time.DateOnly)
	case ahead:
		return "in " + coarse(d)
	default:
		return coarse(d) + " ago"
	}
}

// coarse is a length of time in its largest unit.
func coarse(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	}
}

// Span is a length of time in at most two units: "230 ms", "4.2 s", "3 min 5 s",
// "2 h", "1 d 4 h".
func Span(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + Span(-d)
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d/time.Microsecond)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d/time.Millisecond)
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%.1f s", d.Truncate(100*time.Millisecond).Seconds())
	}
	parts := []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	var said []string
	for i, p := range parts {
		if n := d / p.unit; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, p.name))
			if rest := d % p.unit; i+1 < len(parts) && rest >= parts[i+1].unit {
				said = append(said, fmt.Sprintf("%d %s", rest/parts[i+1].unit, parts[i+1].name))
			}
			break
		}
	}
	return strings.Join(said, " ")
}

// Bytes is a size in the binary units that operating systems count in.
func Bytes(n int64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/1024, 0
	for ; f >= 1024 && i < len(units)-1; i++ {
		f /= 1024
	}
	return fmt.Sprintf("%.1f %ciB", f, units[i])
}
