package experiment

import (
	"math"

	"prentice"
)

// The rules by which an experiment ends.
const (
	Fixed      = "fixed"
	Sequential = "sequential"
)

// Design is what is chosen before an experiment begins, and not changed after.
type Design struct {
	Rule     string  `json:"rule"`
	Baseline float64 `json:"baseline"` // the share of units of the control with the outcome, as expected
	Effect   float64 `json:"effect"`   // the smallest difference worth finding, in the same measure
	Alpha    float64 `json:"alpha"`    // how often a difference is seen where there is none, at most
	Power    float64 `json:"power"`    // how often that difference is found where it is
	Share    float64 `json:"share"`    // of the units, that the treatment gets
	Units    int64   `json:"units"`    // that are needed in both variants together, as Sized says
}

// Sized is the design with how many units it needs, if something can be found out by it.
func (d Design) Sized() (Design, error) {
	if err := d.fit(); err != nil {
		return d, err
	}
	if d.Units = max(d.size(), d.least()); d.Units > mostUnits {
		return d, prentice.Errorf(prentice.Limited, "it would take more than the %d units that are counted", mostUnits).Try("look for a larger effect, or choose an outcome that is more frequent")
	}
	return d, nil
}

// looks is how often the sequential rule is counted on to look, evenly up to the end; who
// looks more often finds no more by mistake, and a little more by right.
const looks = 20

// least is how many units there have to be before anything that is normal only in the
// large may be said, and a fifth more, because chance deals them out.
func (d Design) least() int64 {
	rare := min(d.Baseline, 1-d.Baseline, d.Baseline+d.Effect, 1-d.Baseline-d.Effect)
	return ceil(min(1e12, 1.2*max(fewest, fewestDid/rare)/min(d.Share, 1-d.Share)))
}

// fit refuses a design with which nothing can be found out.
func (d Design) fit() error {
	other := d.Baseline + d.Effect
	switch {
	case d.Rule != Fixed && d.Rule != Sequential:
		return prentice.Errorf(prentice.Invalid, "%q is no rule", d.Rule).Try("use fixed, which looks once, or sequential, which may look at any time")
	case !(d.Baseline > 0 && d.Baseline < 1):
		return prentice.Errorf(prentice.Invalid, "the baseline %v is not between 0 and 1", d.Baseline).Try("write 4%% as 0.04")
	case d.Effect == 0 || math.IsNaN(d.Effect) || !(other > 0 && other < 1):
		return prentice.Errorf(prentice.Invalid, "with the effect %v the share would be %v, which is not between 0 and 1", d.Effect, other).Try("write the smallest difference worth finding, such as 0.01 from 0.04 to 0.05")
	case !(d.Alpha >= 0.0001 && d.Alpha <= 0.2):
		return prentice.Errorf(prentice.Invalid, "alpha %v is not between 0.0001 and 0.2", d.Alpha).Try("use 0.05")
	case !(d.Power >= 0.5 && d.Power <= 0.99):
		return prentice.Errorf(prentice.Invalid, "the power %v is not between 0.5 and 0.99", d.Power).Try("use 0.8")
	case !(d.Share >= 0.01 && d.Share <= 0.99):
		return prentice.Errorf(prentice.Invalid, "the treatment's share %v is not between 0.01 and 0.99", d.Share).Try("use 0.5: equal shares need the fewest units")
	}
	return nil
}

// mostUnits is how many units of one experiment are counted.
const mostUnits = 2_000_000

// spread is the standard error of the difference of the shares, times the root of the
// number of units.
func (d Design) spread(control, treatment float64) float64 {
	return math.Sqrt(control*(1-control)/(1-d.Share) + treatment*(1-treatment)/d.Share)
}

// size is how many units are needed in both variants together.
func (d Design) size() int64 {
	if d.Rule == Sequential {
		return d.sequentialSize()
	}
	// The correction for continuity takes half a unit of each variant from the difference: of the
	// root of the number, effect·x² − x·root − half = 0 (Fleiss, Levin and Paik, 2003, 4.3).
	root, effect, half := d.root(), math.Abs(d.Effect), 1/(2*d.Share*(1-d.Share))
	x := (root + math.Sqrt(root*root+4*effect*half)) / (2 * effect)
	return ceil(x * x)
}

// root is the difference, times the root of the number of units, that is found as often as
// the power says.
func (d Design) root() float64 {
	p1, p2 := d.Baseline, d.Baseline+d.Effect
	mean := p1*(1-d.Share) + p2*d.Share
	return quantile(1-d.Alpha/2)*d.spread(mean, mean) + quantile(d.Power)*d.spread(p1, p2)
}

// ceil forgives what arithmetic adds to a whole number.
func ceil(x float64) int64 {
	if x > 1e15 {
		return math.MaxInt64
	}
	return int64(math.Ceil(x - 1e-9))
}

// sequentialSize is the least number of units up to which the sequential rule finds the
// effect as often as the power says.
func (d Design) sequentialSize() int64 {
	low, high := 1.0, 1.0
	for d.crosses(high) < d.Power {
		if low, high = high, high*2; high > 2*mostUnits {
			return math.MaxInt64
		}
	}
	for high-low > max(1, low/500) {
		if mid := (low + high) / 2; d.crosses(mid) < d.Power {
			low = mid
		} else {
			high = mid
		}
	}
	return ceil(high)
}

// crosses is how often the sequential rule finds the effect within so many units, looking
// evenly: the difference, times the units, walks as a normal random walk does, and what is
// within the boundary at each look is carried on, as Armitage, McPherson and Rowe did it.
func (d Design) crosses(units float64) float64 {
	const points = 96
	p1, p2 := d.Baseline, d.Baseline+d.Effect
	sigma := d.spread(p1, p2)
	drift := math.Abs(d.Effect) * units / looks // of the walk from one look to the next
	step := sigma * math.Sqrt(units/looks)
	var at, weight []float64 // where the walk is within the boundary, and how much of it
	within := 0.0
	for look := 1; look <= looks; look++ {
		n := units * float64(look) / looks
		edge := d.boundary(sigma*sigma/n) * n
		mean, wide := drift*float64(look), 8*step*math.Sqrt(float64(look)) // beyond it is nothing of the walk
		from, to := max(-edge, mean-wide), min(edge, mean+wide)
		width := max(0, to-from) / points
		next, mass := make([]float64, points), make([]float64, points)
		within = 0
		for i := range next {
			next[i] = from + (float64(i)+0.5)*width
			density := 0.0
			if look == 1 {
				density = bell((next[i]-drift)/step) / step
			}
			for j := range at {
				density += weight[j] * bell((next[i]-at[j]-drift)/step) / step
			}
			mass[i] = density * width
			within += mass[i]
		}
		at, weight = next, mass
	}
	return 1 - within
}

func bell(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// mixture is the variance of the effects over which the sequential rule mixes: it is at its
// sharpest for the effect that is looked for. It is chosen with the design.
func (d Design) mixture() float64 { return d.Effect * d.Effect }

// boundary is the difference from which the sequential rule sees one, where the variance of
// the difference is v.
func (d Design) boundary(v float64) float64 { return bound(v, d.mixture(), d.Alpha) }

func bound(v, mix, alpha float64) float64 {
	return math.Sqrt(v * (v + mix) / mix * (2*math.Log(1/alpha) + math.Log((v+mix)/v)))
}
