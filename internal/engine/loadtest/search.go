package loadtest

import "slices"

// Bounds are those of a test.
type Bounds struct {
	From float64 `json:"from"` // requests a second
	To   float64 `json:"to"`
}

const (
	growth   = 1.5 // of the rate, from step to step
	nearBy   = 1.1 // what held and what broke are near enough
	MaxSteps = 25
)

// Next is the rate of the step to come: it rises until a step breaks, and is halved in between
// from then on. Zero is that there is none: what held and what broke are near each other,
// nothing held, or all did.
func (b Bounds) Next(done []Step) float64 {
	held, broke := Range(done)
	switch {
	case len(done) >= MaxSteps, len(done) > 1 && done[len(done)-1].Verdict == Void && done[len(done)-2].Verdict == Void:
		return 0
	case len(done) == 0:
		return b.From
	case broke == 0:
		last := done[len(done)-1].Rate
		if last >= b.To {
			return 0
		}
		return min(last*growth, b.To)
	}
	low := held
	for _, s := range done { // what is unsure is between the two as well
		if s.Rate < broke && s.Verdict != Held {
			low = max(low, s.Rate)
		}
	}
	if low == 0 || broke/low < nearBy {
		return 0
	}
	return (low + broke) / 2
}

// Range is the greatest rate below which all held, and the least that broke; zero is none.
func Range(done []Step) (held, broke float64) {
	list := slices.Clone(done)
	slices.SortStableFunc(list, func(a, b Step) int {
		if a.Rate < b.Rate {
			return -1
		}
		return 1
	})
	for _, s := range list {
		if s.Verdict == Broke {
			return held, s.Rate
		}
		if s.Verdict == Held {
			held = s.Rate
		}
	}
	return held, 0
}

// Points are what a law is fitted to: the steps that are not void.
func Points(done []Step) (list []Point) {
	for _, s := range done {
		if s.Verdict != Void && s.AtOnce > 0 && s.Done > 0 {
			list = append(list, Point{s.AtOnce, s.Done})
		}
	}
	return list
}
