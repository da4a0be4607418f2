// Package span reads and writes lengths of time as people write them: 90s, 2h30m,
// and 7d, which Go itself does not know. A day has 24 hours.
package span

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostDays keeps days within what a duration holds.
const mostDays = 36500

// Parse reads a length such as 45s, 1h30m, 7d or 1d12h. What has days has a whole
// number of them, in front.
func Parse(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	sign := time.Duration(1)
	if strings.HasPrefix(days, "-") {
		days, sign = days[1:], -1
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > mostDays || strings.ContainsAny(rest, "+-") {
		return 0, fmt.Errorf("%.40q is not a length of time", text)
	}
	length := time.Duration(n) * 24 * time.Hour
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more > 24*time.Hour*mostDays {
			return 0, fmt.Errorf("%.40q is not a length of time", text)
		}
		length += more
	}
	return sign * length, nil
}

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
