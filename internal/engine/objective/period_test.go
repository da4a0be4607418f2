package objective

import (
	"testing"
	"time"
)

func TestAMonthIsAsLongAsItIsInItsZone(t *testing.T) {
	for _, c := range []struct {
		zone, now string
		hours     int64
	}{
		{"UTC", "2026-02-10T00:00:00Z", 28 * 24},
		{"UTC", "2028-02-29T23:59:59Z", 29 * 24},                 // a leap day
		{"Europe/Vienna", "2026-03-29T00:59:59Z", 31*24 - 1},     // clocks go forward
		{"Europe/Vienna", "2026-10-25T01:30:00Z", 31*24 + 1},     // and back
		{"Pacific/Apia", "2011-12-20T12:00:00Z", 30 * 24},        // a day that was left out
		{"Europe/Vienna", "2025-12-31T23:30:00Z", 31 * 24},       // January there, December in UTC
		{"Australia/Lord_Howe", "2026-04-10T00:00:00Z", 30 * 24}, // half an hour more is no whole look
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		from, to := Period{Zone: c.zone}.Span(now)
		if now.Before(from) || !now.Before(to) || from.Day() != 1 || to.Day() != 1 {
			t.Errorf("%s at %s: %s to %s", c.zone, c.now, from, to)
		}
		due, come := Period{Zone: c.zone}.Due(now, time.Hour)
		if due != c.hours || come < 0 || come > due {
			t.Errorf("%s at %s: %d looks each hour, %d to come, want %d", c.zone, c.now, due, come, c.hours)
		}
	}
	rolling := Period{Rolling: Default}
	if due, come := rolling.Due(time.Date(2026, 3, 29, 3, 0, 0, 0, time.UTC), 30*time.Second); due != 28*24*120 || come != 0 {
		t.Errorf("%d, %d to come", due, come)
	}
	if due, _ := rolling.Due(time.Now(), 0); due != 0 {
		t.Errorf("%d looks without an interval", due)
	}
}
