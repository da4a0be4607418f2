package span

import (
	"testing"
	"time"
)

func TestLengthsAreReadAsPeopleWriteThem(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "31d": 31 * day, "1d12h": 36 * time.Hour, "0d": 0, "-2d": -2 * day, "36500d": 36500 * day, "2w": 14 * day, "1w2d3h": 9*day + 3*time.Hour, "-1w": -7 * day} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s is %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "1.5d", "1d-12h", "--1d", "+1d", "36501d", "99999999999999999999d", "1d1d", "1 d", "w", "1.5w", "1d1w", "5215w", "1w-1d", "5", "1h1d"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestLengthsAreWrittenShort(t *testing.T) {
	for want, d := range map[string]time.Duration{"7d": 7 * 24 * time.Hour, "36h": 36 * time.Hour, "2h30m": 150 * time.Minute, "45s": 45 * time.Second, "10m": 10 * time.Minute, "0s": 0, "1h0m5s": time.Hour + 5*time.Second} {
		if got := String(d); got != want {
			t.Errorf("%s is written %s", d, got)
		}
	}
}
