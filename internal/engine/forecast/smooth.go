package forecast

import "math"

// exponential is simple exponential smoothing: the forecast is a level that forgets. Its
// rate is the one whose errors one step ahead were least.
func exponential(y []float64, h int) []float64 {
	best, level := math.Inf(1), y[len(y)-1]
	for _, alpha := range rates {
		if loss, l, _ := smoothed(y, alpha, 0, 1); loss < best {
			best, level = loss, l
		}
	}
	return flat(level, h)
}

// damped is Holt's linear trend whose slope fades (Gardner and McKenzie 1985).
func damped(y []float64, h int) []float64 {
	best, level, slope, phi := math.Inf(1), y[len(y)-1], 0.0, 1.0
	for _, alpha := range coarse {
		for _, beta := range slopes {
			for _, fade := range fades {
				if loss, l, s := smoothed(y, alpha, beta, fade); loss < best {
					best, level, slope, phi = loss, l, s, fade
				}
			}
		}
	}
	out, add, weight := make([]float64, h), 0.0, 1.0
	for i := range out {
		weight *= phi
		add += weight * slope
		out[i] = level + add
	}
	return out
}

var (
	rates  = []float64{0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1}
	coarse = []float64{0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.97}
	slopes = []float64{0.02, 0.1, 0.3}
	fades  = []float64{0.85, 0.95, 0.98, 1}
)

// smoothed smooths with a rate for the level and one for the slope, which fades by phi each
// step. With beta 0 there is no slope. The loss is the sum of squared errors one step ahead.
func smoothed(y []float64, alpha, beta, phi float64) (loss, level, slope float64) {
	level = y[0]
	if beta > 0 && len(y) > 1 {
		k := min(len(y)-1, 5)
		slope = (y[k] - y[0]) / float64(k)
	}
	for _, v := range y[1:] {
		ahead := level + phi*slope
		e := v - ahead
		loss += e * e
		level = ahead + alpha*e
		if beta > 0 {
			slope = phi*slope + alpha*beta*e
		}
	}
	return loss, level, slope
}

// theta is the Theta method (Assimakopoulos and Nikolopoulos 2000) in the form that Hyndman
// and Billah (2003) gave it: exponential smoothing with half of the slope of the line through
// all values as drift.
func theta(y []float64, h int) []float64 {
	best, level, rate := math.Inf(1), y[len(y)-1], 1.0
	for _, alpha := range rates {
		if loss, l, _ := smoothed(y, alpha, 0, 1); loss < best {
			best, level, rate = loss, l, alpha
		}
	}
	half, out := line(y)/2, make([]float64, h)
	rest := (1 - math.Pow(1-rate, float64(len(y)))) / rate
	for i := range out {
		out[i] = level + half*(float64(i)+rest)
	}
	return out
}

// line is the slope of the least-squares line through values that are one step apart.
func line(y []float64) float64 {
	n := float64(len(y))
	mid, mean := (n-1)/2, average(y)
	var up, down float64
	for i, v := range y {
		d := float64(i) - mid
		up += d * (v - mean)
		down += d * d
	}
	if down == 0 {
		return 0
	}
	return up / down
}

// naive says that all stays as it is.
func naive(y []float64, h int) []float64 { return flat(y[len(y)-1], h) }

// drift goes on as from the first value to the last.
func drift(y []float64, h int) []float64 {
	out := make([]float64, h)
	step := (y[len(y)-1] - y[0]) / float64(max(1, len(y)-1))
	for i := range out {
		out[i] = y[len(y)-1] + step*float64(i+1)
	}
	return out
}

func flat(v float64, h int) []float64 {
	out := make([]float64, h)
	for i := range out {
		out[i] = v
	}
	return out
}

func average(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum / float64(len(y))
}
