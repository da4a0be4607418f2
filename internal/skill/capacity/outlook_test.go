package capacity

import (
	"math"
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/series"
)

var now = time.Date(2026, 3, 4, 12, 30, 0, 0, time.UTC)

// measured are points of a step that end now.
func measured(step series.Step, n int, value func(i int) float64) (list []series.Point) {
	last := step.Slot(now)
	for i := range n {
		list = append(list, series.Of(last-int64(n-1-i), int64(value(i))))
	}
	return list
}

func TestADiskThatFillsByTheDayEndsOnItsDay(t *testing.T) {
	r := Resource{Name: "disk", Unit: "bytes", Used: 1000 + 10*119, Limit: 2400}
	o := look(now, r, measured(series.Day, 120, func(i int) float64 { return 1000 + 10*float64(i) }), nil)
	if want := "2026-03-25"; o.State != Ending || day(o.Likely) != want || o.Skill > 0.1 {
		t.Errorf("it is full on %s: %+v", want, o)
	}
	r.Limit = 100_000
	if o := look(now, r, measured(series.Day, 120, func(i int) float64 { return 1000 + 10*float64(i) }), nil); o.State != Enough || !o.Likely.IsZero() || !strings.Contains(o.Says, "lasts beyond 2026-04-01") {
		t.Errorf("%+v", o)
	}
}

func TestThePeakOfEachDayCountsAndTheDayThatHasNotEndedDoesNot(t *testing.T) {
	points := measured(series.Day, 100, func(i int) float64 { return 100 })
	for i := range points {
		points[i] = points[i].With(series.Of(0, 90)).With(series.Of(0, 120)) // 100 is not the greatest of the day
	}
	points[99] = series.Of(points[99].Slot, 1) // today begins
	o := look(now, Resource{Unit: "x", Used: 1, Limit: 1000}, points, nil)
	if len(o.Past) != 99 || o.Past[98].Most != 120 || math.Abs(o.Ahead[0].Most-120) > 1e-6 {
		t.Errorf("%v and then %v", o.Past, o.Ahead)
	}
}

func TestUntilThereAreSixtyDaysHoursAreLookedAt(t *testing.T) {
	use := func(i int) float64 { return 500 + 100*math.Sin(2*math.Pi*float64(i%24)/24) + float64(i) }
	o := look(now, Resource{Unit: "x", Used: 1220, Limit: 1400}, measured(series.Day, 30, use), measured(series.Hour, 720, use))
	if o.State != Ending || o.Until.Sub(now) > 8*24*time.Hour || o.Likely.Sub(now) < time.Hour {
		t.Errorf("%+v", o)
	}
}

func TestWhatIsUsedUpIsSoAndWhatIsHardlyKnownIsUnknown(t *testing.T) {
	if o := look(now, Resource{Unit: "x", Used: 100, Limit: 100}, nil, nil); o.State != Exhausted {
		t.Errorf("%+v", o)
	}
	for _, n := range []int{0, 1, 5, 11} {
		if o := look(now, Resource{Unit: "x", Used: 1, Limit: 100}, nil, measured(series.Hour, n, func(int) float64 { return 1 })); o.State != Unknown || !o.Likely.IsZero() || len(o.Ahead) > 0 {
			t.Errorf("of %d hours: %+v", n, o)
		}
	}
	gaps := measured(series.Hour, 200, func(i int) float64 { return float64(i) })
	few := gaps[:0]
	for i, p := range gaps {
		if i%5 == 0 {
			few = append(few, p)
		}
	}
	if o := look(now, Resource{Unit: "x", Used: 1, Limit: 1000}, nil, few); o.State != Unknown {
		t.Errorf("four hours of five are not known: %+v", o)
	}
}

func TestSomeoneHasToActOnlyWhereAnEndIsLikelyAndNear(t *testing.T) {
	in := func(days int) time.Time { return now.AddDate(0, 0, days) }
	for _, c := range []struct {
		o    Outlook
		want bool
	}{
		{Outlook{State: Exhausted}, true},
		{Outlook{State: Ending, Earliest: in(3), Likely: in(9)}, true},
		{Outlook{State: Ending, Earliest: in(20), Likely: in(40)}, false},
		{Outlook{State: Enough, Earliest: in(3)}, false},
		{Outlook{State: Unsure}, false},
		{Outlook{State: Unknown}, false},
	} {
		if got := c.o.pressing(now, Resource{}); got != c.want {
			t.Errorf("%+v: %v", c.o, got)
		}
	}
}
