package release_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/release"
)

// endedAt are deployments that ended at moments, the fourth of which was undone.
func endedAt(moments ...time.Time) (list []release.Deployment) {
	for i, at := range moments {
		d := release.Deployment{Number: int64(i + 1), Run: int64(100 + i), Service: "shop", Place: "production", Version: fmt.Sprint(i), Outcome: release.Deployed, Began: at.Add(-time.Minute), Ended: at}
		if i == 3 {
			d.Outcome = release.Undone
		}
		list = append(list, d)
	}
	return list
}

func runsOf(f release.Figure) (list []prentice.Ref) {
	for _, m := range f.List {
		list = append(list, m.Run)
	}
	return list
}

// A window begins with its first moment and ends before its last: midnights of months, of
// days on which a clock goes forward or back, and of a leap day, wherever the window was
// written down.
func TestAWindowIsExactAtItsEdges(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("SKIPPED: this machine has no time zones:", err)
	}
	day := func(y int, m time.Month, d int, in *time.Location) time.Time {
		return time.Date(y, m, d, 0, 0, 0, 0, in)
	}
	for _, c := range []struct {
		name     string
		from, to time.Time
		days     float64
		inUTC    int // the days of UTC that it touches
	}{
		{"a month", day(2026, 2, 1, time.UTC), day(2026, 3, 1, time.UTC), 28, 28},
		{"a month with a leap day", day(2028, 2, 1, time.UTC), day(2028, 3, 1, time.UTC), 29, 29},
		{"the turn of the year", day(2026, 12, 31, time.UTC), day(2027, 1, 1, time.UTC), 1, 1},
		{"the day that the clock goes forward", day(2026, 3, 29, berlin), day(2026, 3, 30, berlin), 23. / 24, 2},
		{"the day that the clock goes back", day(2026, 10, 25, berlin), day(2026, 10, 26, berlin), 25. / 24, 2},
		{"a month in Berlin", day(2026, 3, 1, berlin), day(2026, 4, 1, berlin), 31 - 1./24, 32},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := endedAt(c.from.Add(-time.Nanosecond), c.from, c.to.Add(-time.Nanosecond), c.to.Add(-2*time.Nanosecond), c.to)
			w := release.Window{From: c.from, To: c.to}
			f := release.Measure(list, w)
			if got := runsOf(f.Frequency); !slices.Equal(got, []prentice.Ref{"run/101", "run/102"}) {
				t.Errorf("it counts %v", got)
			}
			if got := runsOf(f.Fails); !slices.Equal(got, []prentice.Ref{"run/101", "run/103", "run/102"}) || f.Fails.Value != 100./3 {
				t.Errorf("of %v there fail %v", got, f.Fails.Value)
			}
			if got := runsOf(f.Recovery); !slices.Equal(got, []prentice.Ref{"run/103"}) || f.Recovery.Value != 1./60 {
				t.Errorf("%v are well again after %v h", got, f.Recovery.Value)
			}
			if got := w.Days(); got != c.days || f.Frequency.Value != 2/c.days {
				t.Errorf("it has %v days and %v deployments a day, want %v days", got, f.Frequency.Value, c.days)
			}
			if len(f.Days) != c.inUTC {
				t.Errorf("it touches %d days of UTC, want %d", len(f.Days), c.inUTC)
			}
			deployed, broke := 0, 0
			for _, d := range f.Days {
				deployed, broke = deployed+d.Deployed, broke+d.Broke
			}
			if deployed != 2 || broke != 1 {
				t.Errorf("its days have %d deployed and %d failed", deployed, broke)
			}
			// Two windows that touch have each deployment once.
			before, after := release.Measure(list, release.Window{From: c.from.AddDate(0, -1, 0), To: c.from}), release.Measure(list, release.Window{From: c.to, To: c.to.AddDate(0, 1, 0)})
			if all := slices.Concat(runsOf(before.Frequency), runsOf(f.Frequency), runsOf(after.Frequency)); !slices.Equal(all, []prentice.Ref{"run/100", "run/101", "run/102", "run/104"}) {
				t.Errorf("together they have %v", all)
			}
		})
	}
}
