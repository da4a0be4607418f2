// Package span reads and writes lengths of time as people write them: 90s, 2h30m,
// and 7d and 2w, which Go itself does not know. A day has 24 hours, a week 7 days.
// It also waits for one.
package span

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays keeps days within what a duration holds.
const mostDays = 36500

// Parse reads a length such as 45s, 1h30m, 7d, 1d12h or 2w. What has weeks or days has
// a whole number of them, in front.
func Parse(text string) (time.Duration, error) {
	if !strings.ContainsAny(text, "dw") {
		return time.ParseDuration(text)
	}
	rest, negative := strings.CutPrefix(text, "-")
	days := uint64(0)
	for _, unit := range []struct {
		letter string
		days   uint64
	}{{"w", 7}, {"d", 1}} {
		count, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil {
			return 0, noLength(text)
		}
		days, rest = days+n*unit.days, after
	}
	length := time.Duration(days) * 24 * time.Hour
	if days > mostDays || strings.ContainsAny(rest, "+-") {
		return 0, noLength(text)
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more > 24*time.Hour*mostDays {
			return 0, noLength(text)
		}
		length += more
	}
	if negative {
		return -length, nil
	}
	return length, nil
}

func noLength(text string) error { return fmt.Errorf("%.40q is not a length of time", text) }

// String is a length without what is nothing in it: 7d, 2h30m, 45s.
func String(d time.Duration) string {
	days := d / (24 * time.Hour)
	if days > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
