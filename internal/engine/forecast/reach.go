package forecast

import "math"

// Reach is when a limit is reached, in steps from now: 1 is the next. Zero is not within the
// steps that were forecast.
type Reach struct {
	Earliest int // the near edge of the band is there
	Likely   int // the mean is there
	Latest   int // the far edge of the band is there
	// Unsure is true where the band is there and the past says nothing of when: no rule was
	// better than "it stays as it is".
	Unsure bool
}

// Worthwhile is the skill above which a forecast is no better than "it stays as it is".
const Worthwhile = 0.95

// Reach says when a limit is reached, upwards if it is above the newest value and downwards
// if it is below, with the probability of the band.
func (f Forecast) Reach(newest, limit, share float64) Reach {
	near, far := f.Band(share)
	sign := 1.0
	if limit >= newest {
		near, far = far, near
	} else {
		sign = -1
	}
	first := func(values []float64) int {
		for i, v := range values {
			if sign*(v-limit) >= -1e-9*math.Abs(limit) { // a line that ends there is there
				return i + 1
			}
		}
		return 0
	}
	r := Reach{Earliest: first(near), Likely: first(f.Mean), Latest: first(far)}
	r.Unsure = r.Earliest > 0 && f.Skill > Worthwhile
	return r
}
