package api

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestABucketFillsAgainWithTime(t *testing.T) {
	l := newLimiter(2, 2, 0, 0)
	for i, c := range []struct {
		at   time.Duration
		want time.Duration
	}{
		{0, 0}, {0, 0}, {0, 500 * time.Millisecond}, {400 * time.Millisecond, 100 * time.Millisecond}, {500 * time.Millisecond, 0},
		{time.Hour, 0}, {-time.Hour, 0}, // a clock that jumps locks no one out
	} {
		if got := l.wait(noon.Add(c.at), "ann"); got.Round(time.Millisecond) != c.want {
			t.Errorf("request %d waits %v, want %v", i, got, c.want)
		}
	}
}

func TestACrowdIsNotRememberedForEverAndLocksNobodyOut(t *testing.T) {
	l := newLimiter(1, 1, 0, 0)
	for i := range mostRemembered + 500 {
		l.wait(noon, fmt.Sprint(i))
	}
	if len(l.buckets) > mostRemembered+1 {
		t.Errorf("%d are remembered", len(l.buckets))
	}
	if l.wait(noon, "late") == 0 {
		t.Error("those who come too late have no limit")
	}
	if l.wait(noon.Add(2*idle), "late") != 0 || len(l.buckets) != 1 {
		t.Errorf("the crowd has gone, and %d are remembered", len(l.buckets))
	}
}
