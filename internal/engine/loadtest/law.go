package loadtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"prentice"
)

// Point is how many requests were there at once, and how many were answered in a second.
type Point struct{ N, X float64 }

// Law is the Universal Scalability Law: X(N) = λN / (1 + σ(N−1) + κN(N−1)).
type Law struct {
	Lambda float64 `json:"lambda"` // of one alone
	Sigma  float64 `json:"sigma"`  // the share that waits for a turn
	Kappa  float64 `json:"kappa"`  // what each costs each other one
}

// At is the throughput of a number at once.
func (l Law) At(n float64) float64 {
	return l.Lambda * n / (1 + l.Sigma*(n-1) + l.Kappa*n*(n-1))
}

// Peak is where throughput is greatest, and how great; without one it is what is never reached.
func (l Law) Peak() (n, x float64) {
	if l.Kappa > 0 && l.Sigma < 1 {
		n = math.Sqrt((1 - l.Sigma) / l.Kappa)
		return n, l.At(n)
	}
	if l.Sigma > 0 {
		return math.Inf(1), l.Lambda / l.Sigma
	}
	return math.Inf(1), math.Inf(1)
}

// Fit is a law with how sure it is.
type Fit struct {
	Law
	Peak    float64 `json:"peak"` // throughput
	Low     float64 `json:"low"`  // the peak is between the two with a confidence of 90 %
	High    float64 `json:"high"`
	Reached float64 `json:"reached"` // the greatest throughput that was seen, over the peak
}

const (
	fewestPoints = 6
	resamples    = 200
)

// FitLaw fits a law to points, by least squares of throughput. How sure it is is told by fits
// to what the errors could have been (a bootstrap of residuals, by the same numbers each time).
func FitLaw(points []Point) (Fit, error) {
	var list []Point
	for _, p := range points {
		if p.N > 0 && p.X > 0 && !math.IsInf(p.N+p.X, 0) && !math.IsNaN(p.N+p.X) {
			list = append(list, p)
		}
	}
	if len(list) < fewestPoints {
		return Fit{}, prentice.Errorf(prentice.Invalid, "%d points are too few to fit the Universal Scalability Law", len(list)).Try("measure at least %d rates", fewestPoints)
	}
	law, ok := fit(list)
	if !ok {
		return Fit{}, prentice.Errorf(prentice.Invalid, "the Universal Scalability Law fits these %d points in no way", len(list)).Try("measure rates that are further apart")
	}
	f := Fit{Law: law}
	_, f.Peak = law.Peak()
	greatest, errs := 0.0, make([]float64, len(list))
	for i, p := range list {
		errs[i], greatest = (p.X-law.At(p.N))/law.At(p.N), max(greatest, p.X)
	}
	f.Reached = greatest / f.Peak
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time, so that the same points say the same
	var peaks []float64
	for range resamples {
		other := slices.Clone(list)
		for i := range other {
			other[i].X = law.At(other[i].N) * (1 + errs[chance.IntN(len(errs))])
		}
		if l, ok := fit(other); ok {
			_, x := l.Peak()
			peaks = append(peaks, x)
		}
	}
	slices.Sort(peaks)
	if len(peaks) < resamples/2 {
		return Fit{}, prentice.Errorf(prentice.Invalid, "the points are too far from the Universal Scalability Law").Try("hold each rate for longer")
	}
	f.Low, f.High = min(peaks[len(peaks)/20], f.Peak), max(peaks[len(peaks)-1-len(peaks)/20], f.Peak)
	return f, nil
}

// fit finds the law of the least squares: begun with those of N/X, which is linear in what is
// asked for, and made better by Levenberg and Marquardt's method.
func fit(list []Point) (Law, bool) {
	l, ok := begin(list)
	if !ok {
		return l, false
	}
	damp, loss := 1e-3, sum(list, l)
	for range 200 {
		var a [3][3]float64
		var b [3]float64
		for _, p := range list {
			d := 1 + l.Sigma*(p.N-1) + l.Kappa*p.N*(p.N-1)
			g := [3]float64{p.N / d, -l.Lambda * p.N * (p.N - 1) / (d * d), -l.Lambda * p.N * p.N * (p.N - 1) / (d * d)}
			for i := range 3 {
				for j := range 3 {
					a[i][j] += g[i] * g[j]
				}
				b[i] += g[i] * (p.X - l.At(p.N))
			}
		}
		for i := range 3 {
			a[i][i] *= 1 + damp
			if a[i][i] == 0 {
				a[i][i] = 1e-12
			}
		}
		step, ok := solve(a, b)
		if !ok {
			break
		}
		next := Law{l.Lambda + step[0], max(l.Sigma+step[1], 0), max(l.Kappa+step[2], 0)}
		if after := sum(list, next); next.Lambda > 0 && after < loss {
			better := (loss - after) / loss
			l, loss, damp = next, after, damp/3
			if better < 1e-14 {
				break
			}
			continue
		}
		if damp *= 4; damp > 1e12 {
			break
		}
	}
	return l, l.Lambda > 0 && !math.IsNaN(loss) && !math.IsInf(loss, 0)
}

func begin(list []Point) (Law, bool) {
	var a [3][3]float64
	var b [3]float64
	for _, p := range list {
		g := [3]float64{1, p.N - 1, p.N * (p.N - 1)}
		for i := range 3 {
			for j := range 3 {
				a[i][j] += g[i] * g[j]
			}
			b[i] += g[i] * p.N / p.X
		}
	}
	c, ok := solve(a, b)
	if !ok || c[0] <= 0 {
		most := slices.MaxFunc(list, func(a, b Point) int { return int(math.Copysign(1, a.X/a.N-b.X/b.N)) })
		return Law{Lambda: most.X / most.N, Sigma: 0.01, Kappa: 1e-6}, true
	}
	return Law{1 / c[0], max(c[1]/c[0], 0), max(c[2]/c[0], 0)}, true
}

func sum(list []Point, l Law) (s float64) {
	for _, p := range list {
		e := p.X - l.At(p.N)
		s += e * e
	}
	return s
}

// solve solves three equations by elimination.
func solve(a [3][3]float64, b [3]float64) (x [3]float64, ok bool) {
	for i := range 3 {
		best := i
		for j := i + 1; j < 3; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[best][i]) {
				best = j
			}
		}
		a[i], a[best], b[i], b[best] = a[best], a[i], b[best], b[i]
		if a[i][i] == 0 || math.IsNaN(a[i][i]) {
			return x, false
		}
		for j := i + 1; j < 3; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < 3; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	for i := 2; i >= 0; i-- {
		x[i] = b[i]
		for k := i + 1; k < 3; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x, true
}
