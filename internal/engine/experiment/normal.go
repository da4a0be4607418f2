package experiment

import "math"

// above is the chance that a standard normal value is greater.
func above(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// quantile is the value below which a standard normal one lies with chance p.
func quantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// logGamma is the logarithm of the gamma function of a positive value.
func logGamma(x float64) float64 { v, _ := math.Lgamma(x); return v }
