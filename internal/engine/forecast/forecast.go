// Package forecast says what a measured series comes to, how sure that is, and when it
// reaches a limit.
//
// Its words: a history is values that are one step apart. A rule makes the next values of a
// history: it goes on as it is, smooths, follows a trend, repeats a season, or regresses on
// what was. An origin is a moment of the past from which a rule is tried: it sees what was
// known then, and what came is compared. The forecast is the mean of the two rules whose
// errors were least, and its band is as wide as their errors were (split conformal
// prediction), where each origin is judged by the rules that the others would have chosen.
//
// Nothing is learned from other series, and nothing is random: the same history gives the
// same forecast. The rules are of the literature and named where they stand; which of them
// fits is decided by the past of the series alone.
//
// It refuses to forecast what is too short to be tried on its own past, and values that are
// not numbers. Where no rule was better than "it stays as it is" it says so: then a limit
// that the band reaches has no date.
package forecast

import (
	"cmp"
	"math"
	"slices"

	"prentice"
)

// History is what was measured.
type History struct {
	Values  []float64 // one step apart, the newest last; NaN where nothing was measured
	Seasons []int     // the lengths, in steps, in which it may repeat itself, the shortest first, such as 24 and 168 of hours
}

// Forecast is what is to come.
type Forecast struct {
	Mean  []float64 // of each step to come
	Rules []string  // whose mean it is, the best first
	Tried int       // from how many moments of the past the rules were tried
	Skill float64   // the mean absolute error of the forecast in the past over that of "it stays as it is": below 1 it is better

	widths []float64 // how far off it was at each step, smoothed
	off    []float64 // how far off it was, in widths, in order
}

const (
	mix     = 2  // rules of which the forecast is the mean
	origins = 4  // moments of the past from which rules are tried
	least   = 12 // values, below which nothing is forecast
)

// Of forecasts the next steps of a history.
func Of(h History, steps int) (Forecast, error) {
	y, err := h.filled()
	if err != nil {
		return Forecast{}, err
	}
	if steps < 1 {
		return Forecast{}, prentice.Errorf(prentice.Invalid, "%d steps are none to forecast", steps).Try("ask for at least one")
	}
	at := tryFrom(len(y), steps)
	if len(at) < 2 {
		return Forecast{}, prentice.Errorf(prentice.Invalid, "%d values are too few to forecast %d: a forecast is tried on its own past first", len(y), steps).Try("ask for fewer steps, or wait until there are at least %d values", 4*max(steps, least/4))
	}
	unit := scaled(y)
	trials := try(candidates(h.seasons()), y, at, steps)
	f := Forecast{Tried: len(at), Mean: make([]float64, steps)}
	for _, t := range best(trials, -1) {
		f.Rules = append(f.Rules, t.name)
		for i, v := range t.rule(y, steps) {
			f.Mean[i] += v * unit / mix
		}
	}
	f.judge(trials, len(at), steps)
	for i := range f.widths {
		f.widths[i] *= unit
	}
	return f, nil
}

// scaled brings values to at most 1, so that no square of one overflows, and says what 1 is now.
func scaled(y []float64) (unit float64) {
	for _, v := range y {
		unit = max(unit, math.Abs(v))
	}
	if unit == 0 {
		return 1
	}
	for i := range y {
		y[i] /= unit
	}
	return unit
}

// seasons are those that can be: of at least two steps, each longer than the one before.
func (h History) seasons() (list []int) {
	for _, m := range h.Seasons {
		if m > 1 && (len(list) == 0 || m > list[len(list)-1]) {
			list = append(list, m)
		}
	}
	return list
}

// tryFrom are the moments of the past from which rules are tried, the latest first. Each
// leaves as many values to compare with as are to be forecast, and twice as many to learn from.
func tryFrom(n, steps int) (list []int) {
	for k := 1; k <= origins; k++ {
		if at := n - k*steps; at >= max(2*steps, least/2) {
			list = append(list, at)
		}
	}
	return list
}

// trial is what a rule did in the past.
type trial struct {
	candidate
	errs [][]float64 // of each origin, at each step
	loss []float64   // of each origin: the sum of absolute errors
}

// try tries each rule from each origin. The one that stays as it is comes first.
func try(list []candidate, y []float64, at []int, steps int) (trials []trial) {
	positive := slices.Min(y) > 0
	for _, c := range list {
		if c.least > at[len(at)-1] || c.ratio && !positive {
			continue
		}
		t := trial{candidate: c}
		for _, o := range at {
			errs, loss := make([]float64, steps), 0.0
			for i, v := range c.rule(y[:o], steps) {
				errs[i] = y[o+i] - v
				loss += math.Abs(errs[i])
			}
			t.errs, t.loss = append(t.errs, errs), append(t.loss, loss)
		}
		trials = append(trials, t)
	}
	return trials
}

// best are the rules with the least loss over all origins but one; -1 leaves out none. There
// are always as many as are mixed: of equals the simpler, which stands before, is better.
func best(trials []trial, but int) []trial {
	loss := func(t trial) (sum float64) {
		for o, l := range t.loss {
			if o != but {
				sum += l
			}
		}
		return sum
	}
	list := slices.Clone(trials)
	slices.SortStableFunc(list, func(a, b trial) int { return cmp.Compare(loss(a), loss(b)) })
	return list[:mix]
}

// judge works out how good the forecast is: the errors of each origin are those of the rules
// that the other origins choose, for what chose a rule cannot judge it.
func (f *Forecast) judge(trials []trial, origins, steps int) {
	all, ours, naive := make([][]float64, origins), 0.0, 0.0
	for o := range origins {
		all[o] = make([]float64, steps)
		for _, t := range best(trials, o) {
			for i, e := range t.errs[o] {
				all[o][i] += e / mix
			}
		}
		for i, e := range all[o] {
			ours += math.Abs(e)
			naive += math.Abs(trials[0].errs[o][i])
		}
	}
	f.Skill = 1
	if naive > 0 {
		f.Skill = ours / naive
	}
	f.widths = widths(all, steps)
	for _, errs := range all {
		for i, e := range errs {
			f.off = append(f.off, math.Abs(e)/f.widths[i])
		}
	}
	slices.Sort(f.off)
}

// widths are how far off the forecast was at each step: a power of how far ahead the step is,
// by least squares of the logarithms, since a mean of a few errors alone jumps from step to step.
func widths(errs [][]float64, steps int) []float64 {
	var xs, ys []float64
	for i := range steps {
		sum := 0.0
		for _, e := range errs {
			sum += math.Abs(e[i])
		}
		if sum > 0 {
			xs, ys = append(xs, math.Log(float64(i+1))), append(ys, math.Log(sum/float64(len(errs))))
		}
	}
	if len(xs) == 0 { // it was never off
		return flat(1, steps)
	}
	mx, my := average(xs), average(ys)
	up, down := 0.0, 0.0
	for i, x := range xs {
		up += (x - mx) * (ys[i] - my)
		down += (x - mx) * (x - mx)
	}
	power := 0.0
	if down > 0 {
		power = min(max(up/down, 0), 1.2)
	}
	out := make([]float64, steps)
	for i := range out {
		out[i] = math.Exp(my + power*(math.Log(float64(i+1))-mx))
	}
	return out
}

// Band is where the values to come are with the given probability, such as 0.8 or 0.95.
func (f Forecast) Band(share float64) (low, high []float64) {
	low, high = slices.Clone(f.Mean), slices.Clone(f.Mean)
	n := len(f.off)
	if n == 0 {
		return low, high
	}
	// The errors of one origin are not independent: each counts for as many as there are origins.
	rank := int(math.Ceil(share * float64(n) * (1 + 1/float64(f.Tried*4))))
	q := f.off[min(max(rank, 1), n)-1]
	for i := range f.Mean {
		low[i], high[i] = f.Mean[i]-q*f.widths[i], f.Mean[i]+q*f.widths[i]
	}
	return low, high
}

// filled is a history without gaps: one is bridged by a straight line, and is at most as long
// as what was measured.
func (h History) filled() ([]float64, error) {
	y := slices.Clone(h.Values)
	known, last := 0, -1
	for i, v := range y {
		if math.IsInf(v, 0) {
			return nil, prentice.Errorf(prentice.Invalid, "value %d is infinite", i+1).Try("leave it out: what was not measured is a gap")
		}
		if math.IsNaN(v) {
			continue
		}
		for g := last + 1; g < i; g++ {
			y[g] = v
			if last >= 0 {
				y[g] = y[last] + (v-y[last])*float64(g-last)/float64(i-last)
			}
		}
		known, last = known+1, i
	}
	if known < least || 2*known < len(y) {
		return nil, prentice.Errorf(prentice.Invalid, "%d of %d values were measured: that is too few to forecast anything", known, len(y)).Try("wait until there are at least %d, and half of the time is measured", least)
	}
	return y[:last+1], nil
}
