package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"prentice"
)

// made is a history of n values.
func made(n int, value func(i int) float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = value(i)
	}
	return y
}

func noise(seed uint64) func() float64 {
	r := rand.New(rand.NewPCG(seed, seed))
	return r.NormFloat64
}

func of(t *testing.T, y []float64, steps int, seasons ...int) Forecast {
	t.Helper()
	f, err := Of(History{y, seasons}, steps)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatNeverChangesStaysAsItIsAndIsSure(t *testing.T) {
	f := of(t, made(100, func(int) float64 { return 7 }), 10, 24)
	low, high := f.Band(0.95)
	for i, v := range f.Mean {
		if v != 7 || low[i] != 7 || high[i] != 7 {
			t.Fatalf("step %d: %v, from %v to %v", i+1, v, low[i], high[i])
		}
	}
	if r := f.Reach(7, 8, 0.95); r != (Reach{}) {
		t.Errorf("%+v", r)
	}
}

func TestALineGoesOnAndReachesItsLimitOnItsDay(t *testing.T) {
	f := of(t, made(120, func(i int) float64 { return 10 + 2*float64(i) }), 20)
	for i, v := range f.Mean {
		if want := 10 + 2*float64(120+i); math.Abs(v-want) > 1e-6*want {
			t.Errorf("step %d: %v, not %v", i+1, v, want)
		}
	}
	if r := f.Reach(248, 260, 0.8); r.Likely != 6 || r.Unsure || r.Earliest > 6 || r.Latest < 6 {
		t.Errorf("260 is the sixth: %+v", r)
	}
	if r := f.Reach(248, 400, 0.8); r != (Reach{}) {
		t.Errorf("400 is not within twenty steps: %+v", r)
	}
	down := of(t, made(120, func(i int) float64 { return 1000 - 2*float64(i) }), 20)
	if r := down.Reach(762, 750, 0.8); r.Likely != 6 {
		t.Errorf("750 is the sixth on the way down: %+v", r)
	}
}

func TestSeasonsWithinSeasonsComeAgain(t *testing.T) {
	n := noise(1)
	season := func(i int) float64 {
		return 100 + 30*math.Sin(2*math.Pi*float64(i%24)/24) + 20*float64(i/24%7)
	}
	f := of(t, made(24*7*5, func(i int) float64 { return season(i) + n() }), 48, 24, 168)
	for i, v := range f.Mean {
		if want := season(24*7*5 + i); math.Abs(v-want) > 6 {
			t.Errorf("step %d: %v, not %v", i+1, v, want)
		}
	}
	if f.Skill > 0.2 {
		t.Errorf("its errors are %v of those of what stays as it is", f.Skill)
	}
}

func TestWhereThePastSaysNothingNoDateIsSure(t *testing.T) {
	unsure := 0
	for seed := range uint64(40) {
		n, at := noise(seed+1), 1000.0
		y := made(200, func(int) float64 { at += n(); return at })
		f := of(t, y, 20)
		if r := f.Reach(y[199], y[199]+3, 0.95); r.Earliest == 0 {
			t.Errorf("seed %d: a random walk is 3 away within 20 steps of 1: %+v", seed, r)
		} else if r.Unsure {
			unsure++
		}
	}
	if unsure < 30 {
		t.Errorf("%d of 40 random walks were unsure", unsure)
	}
}

func TestBandsHoldWhatTheySay(t *testing.T) {
	for _, share := range []float64{0.8, 0.95} {
		in, all := 0, 0
		for seed := range uint64(60) {
			n := noise(seed + 100)
			y := made(220, func(i int) float64 { return 50 + 0.3*float64(i) + 10*math.Sin(float64(i)*math.Pi/6) + 3*n() })
			f := of(t, y[:200], 20, 12)
			low, high := f.Band(share)
			for i, v := range y[200:] {
				all++
				if v >= low[i] && v <= high[i] {
					in++
				}
			}
		}
		if got := float64(in) / float64(all); got < share-0.05 || got > share+0.05 && got < 0.9 {
			t.Errorf("%v of the values are in a band of %v", got, share)
		}
	}
}

func TestAGapIsBridgedAndWhatIsNoHistoryIsRefused(t *testing.T) {
	y := made(120, func(i int) float64 { return 10 + 2*float64(i) })
	for i := 40; i < 60; i++ {
		y[i] = math.NaN()
	}
	y = append(y, math.NaN(), math.NaN())
	if f := of(t, y, 10); math.Abs(f.Mean[0]-250) > 1e-6 {
		t.Errorf("%v", f.Mean)
	}
	for name, bad := range map[string][]float64{
		"nothing": nil, "one value": {1}, "infinite": append(made(50, func(i int) float64 { return float64(i) }), math.Inf(1)),
		"mostly gaps": made(100, func(i int) float64 {
			if i%3 > 0 {
				return math.NaN()
			}
			return 1
		}),
		"too short for its steps": made(30, func(i int) float64 { return float64(i) }),
	} {
		if _, err := Of(History{bad, []int{24}}, 10); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Of(History{y, nil}, 0); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
}

func TestTheSamePastGivesTheSameForecastAndIsNotChanged(t *testing.T) {
	n := noise(3)
	y := made(300, func(i int) float64 { return float64(i%24) + n() })
	was := slices.Clone(y)
	a, b := of(t, y, 24, 24), of(t, y, 24, 24)
	if !slices.Equal(a.Mean, b.Mean) || !slices.Equal(a.Rules, b.Rules) || !slices.Equal(y, was) {
		t.Errorf("%v %v", a.Rules, b.Rules)
	}
}

func FuzzAForecastIsAlwaysANumberOrARefusal(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 255, 254, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0}, uint8(3), uint8(5), 1e-300)
	f.Add(make([]byte, 100), uint8(2), uint8(7), 1e300)
	f.Fuzz(func(t *testing.T, raw []byte, steps, season uint8, scale float64) {
		y := made(min(len(raw), 400), func(i int) float64 { return (float64(raw[i]) - 20) * scale })
		got, err := Of(History{y, []int{int(season)}}, int(steps))
		if err != nil {
			if prentice.KindOf(err) != prentice.Invalid {
				t.Fatal(err)
			}
			return
		}
		low, high := got.Band(0.95)
		for i, v := range got.Mean {
			if math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(low[i]) || math.IsNaN(high[i]) || low[i] > v || high[i] < v {
				t.Fatalf("step %d of %v: %v, from %v to %v", i+1, y, v, low[i], high[i])
			}
		}
	})
}
