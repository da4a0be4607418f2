package forecast

import (
	"math"
	"slices"
)

// again repeats the last season.
func again(m int) rule {
	return func(y []float64, h int) []float64 {
		out := make([]float64, h)
		for i := range out {
			out[i] = y[len(y)-m+i%m]
		}
		return out
	}
}

// without forecasts what is left when the seasons are taken out, and puts them back. The
// shorter is taken out first, so that the longer holds only what the shorter does not know.
func without(seasons []int, ratio bool, inner rule) rule {
	return func(y []float64, h int) []float64 {
		rest := slices.Clone(y)
		out := flat(0, h)
		if ratio {
			out = flat(1, h)
		}
		for _, m := range seasons {
			idx := shape(rest, m, ratio)
			for i := range rest {
				if ratio {
					rest[i] /= idx[i%m]
				} else {
					rest[i] -= idx[i%m]
				}
			}
			for i := range out {
				if at := idx[(len(y)+i)%m]; ratio {
					out[i] *= at
				} else {
					out[i] += at
				}
			}
		}
		for i, v := range inner(rest, h) {
			if ratio {
				out[i] *= v
			} else {
				out[i] += v
			}
		}
		return out
	}
}

// shape is the season of a length: how far each of its places is from a moving average over
// one whole season, on average, as classical decomposition has it. Recent seasons weigh more.
func shape(y []float64, m int, ratio bool) []float64 {
	sums, weights := make([]float64, m), make([]float64, m)
	level := moving(y, m)
	for i, l := range level {
		if math.IsNaN(l) { // no whole season is around it
			continue
		}
		d := y[i] - l
		if ratio {
			if l <= 0 {
				continue
			}
			d = y[i] / l
		}
		w := 1.0
		for back := (len(y) - 1 - i) / m; back > 0; back-- {
			w *= forget
		}
		sums[i%m] += w * d
		weights[i%m] += w
	}
	mean := 0.0
	for i := range sums {
		if weights[i] > 0 {
			sums[i] /= weights[i]
		} else if ratio {
			sums[i] = 1
		}
		mean += sums[i] / float64(m)
	}
	for i := range sums {
		if ratio && mean > 0 {
			sums[i] = max(sums[i]/mean, 1e-6)
		} else if !ratio {
			sums[i] -= mean
		}
	}
	return sums
}

// forget is what a season weighs, of what the one after it weighs.
const forget = 0.9

// moving is the centred moving average over a season; NaN where none is around a place.
func moving(y []float64, m int) []float64 {
	out := make([]float64, len(y))
	sums := make([]float64, len(y)+1)
	for i, v := range y {
		sums[i+1] = sums[i] + v
	}
	for i := range out {
		lo, hi := i-m/2, i+m/2 // of an even season the ends count half
		if m%2 == 1 {
			if lo < 0 || hi >= len(y) {
				out[i] = math.NaN()
				continue
			}
			out[i] = (sums[hi+1] - sums[lo]) / float64(m)
			continue
		}
		if lo < 0 || hi >= len(y) {
			out[i] = math.NaN()
			continue
		}
		out[i] = (sums[hi] - sums[lo+1] + (y[lo]+y[hi])/2) / float64(m)
	}
	return out
}
