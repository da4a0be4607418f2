package experiment

import (
	"fmt"
	"math"
)

// Counts are units and those of them with the outcome, by variant.
type Counts struct {
	Control     int64 `json:"control"`
	ControlDid  int64 `json:"control_did"`
	Treatment   int64 `json:"treatment"`
	TreatmentDo int64 `json:"treatment_did"`
}

// Units is how many there are.
func (c Counts) Units() int64 { return c.Control + c.Treatment }

// shares are those with the outcome; without units there are none.
func (c Counts) shares() (control, treatment float64) {
	return ratio(c.ControlDid, c.Control), ratio(c.TreatmentDo, c.Treatment)
}

func ratio(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// The words for how an experiment stands.
const (
	TooFew    = "too few"   // the rule says nothing yet
	Unclear   = "unclear"   // no difference is seen
	Better    = "better"    // the treatment is
	Worse     = "worse"     // the treatment is
	Skewed    = "skewed"    // the ratio is not the designed one: nothing can be believed
	Disturbed = "disturbed" // the flag assigned otherwise in between
)

// Result is what the rule says of counts. Where Told is false the rule does not allow to
// say anything of the effect yet, and there is nothing of it.
type Result struct {
	Word   string  `json:"word"`
	Says   string  `json:"says"`
	Told   bool    `json:"told"`
	Over   bool    `json:"over"`             // the rule ends the experiment here
	Effect float64 `json:"effect,omitempty"` // treatment less control
	Low    float64 `json:"low,omitempty"`    // the interval that holds the effect, but for alpha
	High   float64 `json:"high,omitempty"`
	P      float64 `json:"p,omitempty"`    // how likely such a difference is by chance
	Skew   float64 `json:"skew,omitempty"` // how likely such a ratio is by chance
}

const (
	skewAlpha = 0.001 // below which the ratio is not the designed one
	skewLeast = 0.005 // of the units, that have to be on the wrong side to matter
	fewest    = 100   // units of each variant, and
	fewestDid = 10    // with and without the outcome, for what is normal only in the large
)

// Judge says what the rule makes of counts. p and skew are the least values of looks
// before, or 1: what was once seen is not unseen by looking again.
func (d Design) Judge(c Counts, p, skew float64) Result {
	r := Result{Word: TooFew, P: p, Skew: min(skew, d.skew(c))}
	if off := math.Abs(ratio(c.Treatment, c.Units()) - d.Share); r.Skew < skewAlpha && off >= skewLeast {
		r.Word, r.Over, r.P = Skewed, true, 1
		r.Says = fmt.Sprintf("%.2f%% of the users got the treatment, and %.2f%% were to: the assignment is broken, and what was counted cannot be believed", 100*ratio(c.Treatment, c.Units()), 100*d.Share)
		return r
	}
	size := d.Units
	switch {
	case d.Rule == Fixed && c.Units() < size:
		r.Says = fmt.Sprintf("%d of %d users are there; the fixed rule looks once, when all are", c.Units(), size)
		return r
	case !c.enough():
		r.Says = fmt.Sprintf("there are too few users to say anything: each variant needs %d, of them %d with the outcome and %d without", fewest, fewestDid, fewestDid)
		r.Over = c.Units() >= 2*size && d.Rule == Fixed
		return r
	}
	control, treatment := c.shares()
	r.Told, r.Effect = true, treatment-control
	if d.Rule == Fixed {
		d.fixed(c, &r)
	} else {
		d.sequential(c, &r)
	}
	switch seen := r.P <= d.Alpha; {
	case seen && r.Effect > 0:
		r.Word, r.Over, r.Says = Better, true, "the treatment is better"
	case seen && r.Effect < 0:
		r.Word, r.Over, r.Says = Worse, true, "the treatment is worse"
	case r.Over:
		r.Word, r.Says = Unclear, fmt.Sprintf("no difference was seen; one of %v would have been, %.0f times of 100", d.Effect, 100*d.Power)
	default:
		r.Word, r.Says = Unclear, fmt.Sprintf("no difference is seen yet, at %d of %d users", c.Units(), size)
	}
	return r
}

// enough says whether what is normal only in the large can be counted on.
func (c Counts) enough() bool {
	did, not := min(c.ControlDid, c.TreatmentDo), min(c.Control-c.ControlDid, c.Treatment-c.TreatmentDo)
	return min(c.Control, c.Treatment) >= fewest && did >= fewestDid && not >= fewestDid
}

// fixed is the test of two proportions: pooled for the chance, apart for the interval, and
// corrected for continuity, since counts are whole: so it is not wrong more often than alpha.
func (d Design) fixed(c Counts, r *Result) {
	control, treatment := c.shares()
	pooled := ratio(c.ControlDid+c.TreatmentDo, c.Units())
	n1, n2 := float64(c.Control), float64(c.Treatment)
	half := (1/n1 + 1/n2) / 2
	r.P = min(1, 2*above((math.Abs(r.Effect)-half)/math.Sqrt(pooled*(1-pooled)*(1/n1+1/n2))))
	half += quantile(1-d.Alpha/2) * math.Sqrt(control*(1-control)/n1+treatment*(1-treatment)/n2)
	r.Low, r.High, r.Over = r.Effect-half, r.Effect+half, true
}

// sequential is the mixture test: its p value is right at whichever look, and so is its
// interval.
func (d Design) sequential(c Counts, r *Result) {
	control, treatment := c.shares()
	pooled := ratio(c.ControlDid+c.TreatmentDo, c.Units())
	n1, n2 := float64(c.Control), float64(c.Treatment)
	v, mix := pooled*(1-pooled)*(1/n1+1/n2), d.mixture()
	odds := math.Sqrt(v/(v+mix)) * math.Exp(mix*r.Effect*r.Effect/(2*v*(v+mix)))
	r.P = min(r.P, 1/odds, 1)
	half := d.boundary(control*(1-control)/n1 + treatment*(1-treatment)/n2)
	r.Low, r.High, r.Over = r.Effect-half, r.Effect+half, c.Units() >= d.Units
}

// skewWeight is how sure the test of the ratio is of the designed one before it looks.
const skewWeight = 1000

// skew is how likely the ratio is by chance, whenever one looks: one over the odds that
// the shares are others than designed.
func (d Design) skew(c Counts) float64 {
	if c.Units() == 0 {
		return 1
	}
	n1, n2 := float64(c.Control), float64(c.Treatment)
	a1, a2 := skewWeight*(1-d.Share), skewWeight*d.Share
	odds := logGamma(a1+n1) + logGamma(a2+n2) - logGamma(a1+a2+n1+n2) - logGamma(a1) - logGamma(a2) + logGamma(a1+a2) -
		n1*math.Log(1-d.Share) - n2*math.Log(d.Share)
	return min(1, math.Exp(-odds))
}

// Interval is the effect and where it lies, in words.
func (r Result) Interval() string {
	return fmt.Sprintf("%+.2f percentage points, from %+.2f to %+.2f (p = %.3g)", 100*r.Effect, 100*r.Low, 100*r.High, r.P)
}
