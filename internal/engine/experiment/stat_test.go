package experiment

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
)

func sized(t *testing.T, d Design) Design {
	t.Helper()
	d, err := d.Sized()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s: %v, and %v is published", what, got, want)
	}
}

// The values are those of tables of the normal distribution, of the help page of R's
// power.prop.test, and of an exercise that uses it.
func TestFormulasGiveWhatIsPublished(t *testing.T) {
	near(t, "quantile of 0.975", quantile(0.975), 1.959964, 1e-6)
	near(t, "quantile of 0.995", quantile(0.995), 2.575829, 1e-6)
	near(t, "quantile of 0.8", quantile(0.8), 0.8416212, 1e-6)
	near(t, "above 1.959964", above(1.959964), 0.025, 1e-7)
	r := Design{Rule: Fixed, Baseline: 0.5, Effect: 0.25, Alpha: 0.05, Power: 0.9, Share: 0.5}
	uncorrected := func(d Design) float64 { return math.Pow(d.root()/d.Effect, 2) }
	near(t, "R: power.prop.test(p1 = .50, p2 = .75, power = .90), in each", uncorrected(r)/2, 76.7, 0.1)
	near(t, "Fleiss: 1/4 of it (1 + the root of (1 + 4/(76.65 times 0.25)))², in each", float64(r.size())/2, 84.5, 0.6)
	for _, c := range []struct{ power, p1, n float64 }{{0.8, 0.3, 46}, {0.8, 0.4, 32}, {0.8, 0.5, 23}, {0.9, 0.3, 61}, {0.9, 0.4, 42}, {0.9, 0.5, 30}} {
		r := Design{Rule: Fixed, Baseline: c.p1, Effect: -0.75 * c.p1, Alpha: 0.05, Power: c.power, Share: 0.5}
		near(t, "an exercise by Markussen, with power.prop.test, in each", uncorrected(r)/2, c.n, 1)
	}
}

func TestOneLookAtTheEndIsTheTestOfTwoProportions(t *testing.T) {
	d := sized(t, Design{Rule: Fixed, Baseline: 0.1, Effect: 0.05, Alpha: 0.05, Power: 0.8, Share: 0.5})
	// By hand: the correction is 0.001; z is 0.029 over the root of 0.115·0.885·2/1000, which is 2.0326; the
	// interval is 0.001 and 1.95996 times the root of (0.1·0.9 + 0.13·0.87)/1000, which is 0.027936, on
	// either side of 0.03.
	got := d.Judge(Counts{1000, 100, 1000, 130}, 1, 1)
	near(t, "p", got.P, 0.04209, 0.0001)
	near(t, "low", got.Low, 0.001064, 0.00001)
	near(t, "high", got.High, 0.058936, 0.00001)
	if got.Word != Better || !got.Over {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsSaidOfTheEffectBeforeTheFixedRuleLooks(t *testing.T) {
	d := sized(t, Design{Rule: Fixed, Baseline: 0.1, Effect: 0.02, Alpha: 0.05, Power: 0.8, Share: 0.5})
	got := d.Judge(Counts{1000, 100, 1000, 200}, 1, 1)
	if got.Told || got.Over || got.Effect != 0 || got.Word != TooFew {
		t.Errorf("%+v", got)
	}
}

func TestTheRatioIsComparedWithTheDesignedOne(t *testing.T) {
	for _, c := range []struct {
		share              float64
		control, treatment int64
		skewed             bool
	}{
		{0.05, 95_000, 5_000, false}, // 95/5 as designed
		{0.5, 95_000, 5_000, true},
		{0.05, 94_000, 6_000, true},
		{0.5, 5_000_000, 5_020_000, false}, // 0.1 % off in the large: seen, and too little to matter
		{0.5, 520, 480, false},
		{0.5, 60, 40, false},
		{0.5, 5300, 4700, true},
	} {
		d := sized(t, Design{Rule: Sequential, Baseline: 0.1, Effect: 0.02, Alpha: 0.05, Power: 0.8, Share: c.share})
		got := d.Judge(Counts{c.control, c.control / 10, c.treatment, c.treatment / 10}, 1, 1)
		if (got.Word == Skewed) != c.skewed {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// simulate runs experiments in parallel, each with chance of its own, and counts those that
// ended with a word that is asked for.
func simulate(runs int, one func(r *rand.Rand) bool) float64 {
	var wg sync.WaitGroup
	found := make([]int, runtime.GOMAXPROCS(0))
	for w := range found {
		wg.Go(func() {
			for i := w; i < runs; i += len(found) {
				if one(rand.New(rand.NewPCG(uint64(i), 42))) {
					found[w]++
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range found {
		sum += n
	}
	return float64(sum) / float64(runs)
}

// peeked runs one experiment with so many looks, evenly up to its end, and stops as soon
// as the rule says so.
func peeked(r *rand.Rand, d Design, control, treatment float64, times int64) string {
	var c Counts
	p, skew := 1.0, 1.0
	size := d.Units
	for look := int64(1); look <= times; look++ {
		for c.Units() < (size*look+times-1)/times {
			if r.Float64() < d.Share {
				c.Treatment++
				c.TreatmentDo += did(r, treatment)
			} else {
				c.Control++
				c.ControlDid += did(r, control)
			}
		}
		got := d.Judge(c, p, skew)
		if p, skew = got.P, got.Skew; got.Over {
			return got.Word
		}
	}
	return Unclear
}

func did(r *rand.Rand, share float64) int64 {
	if r.Float64() < share {
		return 1
	}
	return 0
}

func TestWhereThereIsNoDifferenceOneIsSeenInFiveOfHundredAtMostAlsoWhenOnePeeks(t *testing.T) {
	for _, c := range []struct {
		d     Design
		times int64
	}{
		{Design{Rule: Sequential, Baseline: 0.3, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.5}, 100},
		{Design{Rule: Sequential, Baseline: 0.2, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.3}, 100},
		{Design{Rule: Fixed, Baseline: 0.3, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.5}, 100},
	} {
		c.d = sized(t, c.d)
		mistaken := simulate(10_000, func(r *rand.Rand) bool {
			word := peeked(r, c.d, c.d.Baseline, c.d.Baseline, c.times)
			return word == Better || word == Worse
		})
		t.Logf("%s, %v units, %d looks: %.4f", c.d.Rule, c.d.Units, c.times, mistaken)
		if mistaken > 0.05 {
			t.Errorf("%+v: a difference was seen in %.4f of the runs without one", c.d, mistaken)
		}
	}
}

func TestTheEffectIsFoundAsOftenAsThePowerPromises(t *testing.T) {
	for _, d := range []Design{
		{Rule: Fixed, Baseline: 0.3, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.5},
		{Rule: Fixed, Baseline: 0.1, Effect: 0.05, Alpha: 0.05, Power: 0.9, Share: 0.3},
		{Rule: Sequential, Baseline: 0.3, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.5},
		{Rule: Sequential, Baseline: 0.4, Effect: -0.1, Alpha: 0.05, Power: 0.9, Share: 0.5},
	} {
		d, want := sized(t, d), Better
		if d.Effect < 0 {
			want = Worse
		}
		found := simulate(10_000, func(r *rand.Rand) bool { return peeked(r, d, d.Baseline, d.Baseline+d.Effect, looks) == want })
		t.Logf("%s, %d units: promised %.2f, found %.4f", d.Rule, d.Units, d.Power, found)
		if math.Abs(found-d.Power) > 0.02 {
			t.Errorf("%+v: promised %.2f, found %.4f", d, d.Power, found)
		}
	}
}

func TestADesignWithWhichNothingCanBeFoundOutIsRefused(t *testing.T) {
	good := Design{Rule: Fixed, Baseline: 0.04, Effect: 0.01, Alpha: 0.05, Power: 0.8, Share: 0.5}
	sized(t, good)
	for _, spoil := range []func(*Design){
		func(d *Design) { d.Rule = "peek" }, func(d *Design) { d.Baseline = 4 }, func(d *Design) { d.Baseline = math.NaN() }, func(d *Design) { d.Effect = 0 }, func(d *Design) { d.Effect = 0.97 },
		func(d *Design) { d.Alpha = 0 }, func(d *Design) { d.Power = 1 }, func(d *Design) { d.Share = 0 }, func(d *Design) { d.Effect = 1e-6 }, func(d *Design) { d.Effect = math.Inf(1) }, func(d *Design) { d.Effect, d.Rule = 1e-7, Sequential },
	} {
		d := good
		spoil(&d)
		if _, err := d.Sized(); err == nil {
			t.Errorf("%+v", d)
		}
	}
}
