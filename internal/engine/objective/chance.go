package objective

import "math"

// level is how seldom chance alone may do what fires an alert.
const level = 0.01

// Unlikely says whether so many bad looks, or more, come by chance in less than one of a hundred
// windows of a service that just meets its target, in which mean are to be expected.
func Unlikely(bad int64, mean float64) bool {
	if bad <= 0 {
		return false
	}
	return above(bad, mean) < level
}

// above is the probability of n or more of a Poisson distribution.
func above(n int64, mean float64) float64 {
	if mean <= 0 {
		return 0
	}
	if float64(n) <= mean {
		return 1 // at least about a half, and never unlikely
	}
	// The sum from n on: each term is mean/k of the one before, so that it falls from the first.
	log, _ := math.Lgamma(float64(n) + 1)
	term := math.Exp(float64(n)*math.Log(mean) - mean - log)
	sum := term
	for k := n + 1; term > sum*1e-12 && term > 0; k++ {
		term *= mean / float64(k)
		sum += term
	}
	return min(sum, 1)
}
