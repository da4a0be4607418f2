package forecast

import (
	"math"
	"slices"
)

// regression is autoregression by ridge least squares: what comes is a sum of what was some
// steps ago, and of what was one season ago and around it. Each step builds on the ones before.
func regression(lags []int) rule {
	return func(y []float64, h int) []float64 {
		lags := lags
		mean := average(y)
		scale := spread(y, mean)
		if scale == 0 {
			return naive(y, h)
		}
		z := make([]float64, len(y), len(y)+h)
		for i, v := range y {
			z[i] = (v - mean) / scale
		}
		far := slices.Max(lags)
		k := len(lags) + 1
		a, b, row := make([]float64, k*k), make([]float64, k), make([]float64, k)
		n := 0
		for t := far; t < len(z); t++ {
			row[0] = 1
			for j, l := range lags {
				row[j+1] = z[t-l]
			}
			for i := range row {
				for j := range row[:i+1] {
					a[i*k+j] += row[i] * row[j]
				}
				b[i] += row[i] * z[t]
			}
			n++
		}
		for i := 1; i < k; i++ {
			a[i*k+i] += ridge * float64(n)
		}
		w := solve(a, b)
		if w == nil {
			return naive(y, h)
		}
		lo, hi := slices.Min(z), slices.Max(z)
		room := (hi - lo) / 2
		out := make([]float64, h)
		for i := range out {
			v := w[0]
			for j, l := range lags {
				v += w[j+1] * z[len(z)-l]
			}
			v = min(max(v, lo-room), hi+room)
			z = append(z, v)
			out[i] = v*scale + mean
		}
		return out
	}
}

// ridge keeps the weights small.
const ridge = 1e-3

// solve solves a x = b for a symmetric positive matrix, of which the lower half is given, by
// Cholesky's decomposition. It is nil where there is no one answer.
func solve(a, b []float64) []float64 {
	k := len(b)
	for i := range k {
		for j := range i + 1 {
			sum := a[i*k+j]
			for p := range j {
				sum -= a[i*k+p] * a[j*k+p]
			}
			if i == j {
				if sum <= 1e-12 {
					return nil
				}
				a[i*k+i] = math.Sqrt(sum)
				continue
			}
			a[i*k+j] = sum / a[j*k+j]
		}
	}
	x := slices.Clone(b)
	for i := range k {
		for p := range i {
			x[i] -= a[i*k+p] * x[p]
		}
		x[i] /= a[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		for p := i + 1; p < k; p++ {
			x[i] -= a[p*k+i] * x[p]
		}
		x[i] /= a[i*k+i]
	}
	return x
}

func spread(y []float64, mean float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(y)))
}
