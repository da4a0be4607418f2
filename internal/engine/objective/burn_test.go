package objective

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestTheStandardRulesAreThoseOfTheWorkbookScaledToThePeriod(t *testing.T) {
	for days, want := range map[int][]float64{30: {14.4, 6, 3, 1}, 28: {13.44, 5.6, 2.8, 28.0 / 30}, 7: {3.36, 1.4}, 90: {43.2, 18, 9, 3}, 1: {}} {
		list := Standard(Period{Rolling: time.Duration(days) * 24 * time.Hour})
		if len(list) != len(want) {
			t.Errorf("%d days: %v", days, list)
			continue
		}
		for i, r := range list {
			if math.Abs(r.Threshold-want[i]) > 1e-9 {
				t.Errorf("%d days: %s has %v, want %v", days, r.Name, r.Threshold, want[i])
			}
		}
	}
}

func TestAThresholdAboveTheGreatestBurnIsFound(t *testing.T) {
	fast := Standard(Period{Rolling: 30 * 24 * time.Hour})[0]
	if why := fast.Cannot(must("0.93")); why == "" {
		t.Error("14.4 cannot fire below 93.06 %")
	}
	if why := fast.Cannot(must("0.931")); why != "" {
		t.Error(why)
	}
}

func TestChanceIsThePoissonDistribution(t *testing.T) {
	for _, c := range []struct {
		n          int64
		mean, want float64
	}{{1, 0.06, 1 - math.Exp(-0.06)}, {2, 0.06, 1 - math.Exp(-0.06)*1.06}, {3, 1, 1 - math.Exp(-1)*2.5}, {20, 5, 3.452e-7}, {1, 0, 0}, {5, 5, 1}} {
		if got := above(c.n, c.mean); math.Abs(got-c.want) > 1e-3*c.want {
			t.Errorf("%d or more of %v: %v, want %v", c.n, c.mean, got, c.want)
		}
	}
	for _, n := range []int64{1, 100, 1e6, 1 << 52} { // no number makes it wrong or endless
		if p := above(n, float64(n)*0.9); math.IsNaN(p) || p < 0 || p > 1 {
			t.Errorf("%d: %v", n, p)
		}
	}
	if Unlikely(0, 0) || Unlikely(1, 0.06) || !Unlikely(2, 0.06) {
		t.Error("at a look a minute and 99.9 %, one bad look of an hour is chance, and two are not")
	}
}

// steady is a service whose looks are good, n in each minute.
func steady(minutes int, n int64) (list []Minute) {
	for i := range minutes {
		list = append(list, Minute{int64(i), Counts{Good: n}})
	}
	return list
}

func down(list []Minute, from, to int) {
	for i := from; i < to; i++ {
		list[i].Bad, list[i].Good = list[i].Good, 0
	}
}

var pages = Standard(Period{Rolling: 30 * 24 * time.Hour})[:2]

func TestAnOutageIsSeenWithinTwoMinutesAndEndsOnTheLongWindow(t *testing.T) {
	list := steady(24*60, 1)
	down(list, 600, 620)
	fired := Replay(must("0.999"), pages[:1], list)
	if len(fired) != 1 || !fired[0].From.Equal(StartOf(602)) || !fired[0].To.Equal(StartOf(680)) {
		t.Errorf("%+v", fired) // with the last bad minute but one, the hour is below 14.4: 1 of 60 is 16.7
	}
}

func TestOneBadLookIsChance(t *testing.T) {
	list := steady(24*60, 1)
	down(list, 600, 601)
	if fired := Replay(must("0.999"), pages, list); len(fired) != 0 {
		t.Errorf("%+v", fired)
	}
	if fired := ReplayPlain(must("0.999"), pages, list); len(fired) == 0 {
		t.Error("without the guard it pages: 1 of 60 is more than 1.44 %")
	}
}

func TestNothingFiresBeforeAWholeLongWindow(t *testing.T) {
	list := steady(120, 1)
	down(list, 0, 59)
	fired := Replay(must("0.999"), pages[:1], list)
	if len(fired) != 1 && len(fired) != 0 {
		t.Fatalf("%+v", fired)
	}
	for _, f := range fired {
		if f.From.Before(StartOf(60)) {
			t.Errorf("it fired after %s", f.From.Sub(StartOf(0)))
		}
	}
	down(list, 59, 61)
	if fired := Replay(must("0.999"), pages[:1], list); len(fired) != 1 || !fired[0].From.Equal(StartOf(60)) {
		t.Errorf("%+v", fired)
	}
}

func TestWhatNoOneSawNeitherFiresNorEnds(t *testing.T) {
	target, r := must("0.999"), pages[0]
	now := StartOf(1000)
	unseen := Windows{Long: Counts{Unknown: 60}, Short: Counts{Unknown: 5}, First: StartOf(0)}
	if s, turn := r.Judge(now, target, unseen, State{}); turn != Stays || s.Firing() {
		t.Error("it fired on nothing")
	}
	if s, turn := r.Judge(now, target, unseen, State{Since: StartOf(900)}); turn != Stays || !s.Firing() {
		t.Error("it ended on nothing")
	}
}

func TestAfterItsEndARuleIsQuietForItsShortWindow(t *testing.T) {
	target, r := must("0.999"), pages[0]
	bad := Windows{Long: Counts{Good: 30, Bad: 30}, Short: Counts{Bad: 5}, First: StartOf(0)}
	ended := State{Calm: StartOf(1000)}
	if _, turn := r.Judge(StartOf(1004), target, bad, ended); turn != Stays {
		t.Error("it fired again within its short window")
	}
	if _, turn := r.Judge(StartOf(1005), target, bad, ended); turn != Fires {
		t.Error("it did not fire after it")
	}
}

// A window of the replay is the sum of its minutes, whatever is missing between them.
func TestAWindowHoldsTheMinutesThatItSays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var list []Minute
	for at := range int64(3000) {
		if rng.IntN(3) > 0 {
			list = append(list, Minute{at, Counts{Good: rng.Int64N(4), Bad: rng.Int64N(2), Unknown: rng.Int64N(2)}})
		}
	}
	var w window
	next := 0
	for at := range int64(3100) {
		if next < len(list) && list[next].At == at {
			w.add(list[next].Counts)
			next++
		}
		got, want := w.since(list[:next], at-60), Counts{}
		for _, m := range list {
			if m.At <= at && m.At > at-60 {
				want = want.Plus(m.Counts)
			}
		}
		if got != want {
			t.Fatalf("at %d: %+v, want %+v", at, got, want)
		}
	}
}

func TestALongerSpanAsMinutesLosesNoLook(t *testing.T) {
	for _, c := range []Counts{{}, {Good: 1}, {Good: 7, Bad: 3, Unknown: 2}, {Good: 360}, {Bad: 61}, {Good: 1e9, Bad: 17, Unknown: 1e8}} {
		var sum Counts
		for i, m := range Spread(100, 60, c) {
			sum = sum.Plus(m.Counts)
			if m.At != 100+int64(i) || m.Good < 0 || m.Bad < 0 || m.Unknown < 0 {
				t.Fatalf("%+v: %+v", c, m)
			}
		}
		if sum != c {
			t.Errorf("%+v became %+v", c, sum)
		}
	}
}
