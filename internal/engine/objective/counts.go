package objective

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"prentice"
)

// Counts are looks of three sorts.
type Counts struct {
	Good    int64 `json:"good"`
	Bad     int64 `json:"bad"`
	Unknown int64 `json:"unknown"` // that could not be made, or were not made
}

// Seen is how many were good or bad.
func (c Counts) Seen() int64 { return c.Good + c.Bad }

// All is how many there are.
func (c Counts) All() int64 { return c.Good + c.Bad + c.Unknown }

// Plus is the counts and others together.
func (c Counts) Plus(o Counts) Counts {
	return Counts{c.Good + o.Good, c.Bad + o.Bad, c.Unknown + o.Unknown}
}

// Minus is the counts without others.
func (c Counts) Minus(o Counts) Counts {
	return Counts{c.Good - o.Good, c.Bad - o.Bad, c.Unknown - o.Unknown}
}

// Target is the least share of looks that shall be good, in billionths: exactly as it is written.
type Target int64

const whole = 1_000_000_000

// ParseTarget reads a share such as 0.999, or with percent one such as 99.9. It is above 0 and below 1.
func ParseTarget(text string, percent bool) (Target, error) {
	r, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 20 || strings.ContainsAny(text, "eE/_xXpP") {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not a target", text).Try("write a number such as 0.999")
	}
	r.Mul(r, big.NewRat(whole, 1))
	if percent {
		r.Quo(r, big.NewRat(100, 1))
	}
	if !r.IsInt() {
		return 0, prentice.Errorf(prentice.Invalid, "the target %s has more than nine digits", text).Try("no one can measure that: write fewer")
	}
	n := r.Num()
	if n.Sign() <= 0 || n.Cmp(big.NewInt(whole)) >= 0 {
		return 0, prentice.Errorf(prentice.Invalid, "the target %s is not between 0 and 1: what may never fail has no budget", text).Try("write a share such as 0.999, or targetPercent: 99.9")
	}
	return Target(n.Int64()), nil
}

// String is the target as a percentage, exactly.
func (t Target) String() string {
	text := fmt.Sprintf("%d.%07d", int64(t)/(whole/100), int64(t)%(whole/100))
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " %"
}

// MarshalText writes the share, such as 0.999.
func (t Target) MarshalText() ([]byte, error) {
	return []byte("0." + strings.TrimRight(fmt.Sprintf("%09d", int64(t)), "0")), nil
}

// UnmarshalText reads it.
func (t *Target) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTarget(string(b), false)
	return err
}

// Allowed is the share that may be bad.
func (t Target) Allowed() *big.Rat { return big.NewRat(whole-int64(t), whole) }

// Share is the target as a number, for arithmetic that is not exact.
func (t Target) Share() float64 { return float64(t) / whole }

// MostBurn is the burn at which every look is bad: no burn is greater.
func (t Target) MostBurn() float64 { return whole / float64(whole-int64(t)) }

// Burn is how many times as fast as allowed the counts spend; 0 where nothing was seen.
func (t Target) Burn(c Counts) float64 {
	if c.Seen() == 0 {
		return 0
	}
	return float64(c.Bad) / float64(c.Seen()) * t.MostBurn()
}

// Budget is what may be bad in a period, and what of that is spent.
type Budget struct {
	Target Target `json:"target"`
	Counts
	ToCome int64 `json:"to_come"` // looks that are due later in the period
}

// BudgetOf makes a budget of what was counted. Due is how many looks the whole period has, and
// toCome how many of them are still to come; what was due and was not counted is unknown.
func BudgetOf(t Target, c Counts, due, toCome int64) Budget {
	c.Unknown = max(c.Unknown, due-toCome-c.Seen())
	return Budget{t, c, max(0, toCome)}
}

// Known says whether anything was seen: of nothing, nothing is said.
func (b Budget) Known() bool { return b.Seen() > 0 }

// allowed is how many looks of the period may be bad.
func (b Budget) allowed() *big.Rat {
	return new(big.Rat).Mul(b.Target.Allowed(), big.NewRat(b.All()+b.ToCome, 1))
}

// Left is the exact share of the budget that is not spent: below zero where more than all is. What
// is unknown spends nothing. It is nil where nothing was seen.
func (b Budget) Left() *big.Rat {
	if !b.Known() {
		return nil
	}
	spent := new(big.Rat).Quo(big.NewRat(b.Bad, 1), b.allowed())
	return new(big.Rat).Sub(big.NewRat(1, 1), spent)
}

// Worst is Left if all that is unknown was bad.
func (b Budget) Worst() *big.Rat {
	if !b.Known() {
		return nil
	}
	spent := new(big.Rat).Quo(big.NewRat(b.Bad+b.Unknown, 1), b.allowed())
	return new(big.Rat).Sub(big.NewRat(1, 1), spent)
}

// Met says whether what was seen is as good as the target.
func (b Budget) Met() bool {
	return b.Known() && new(big.Rat).Sub(big.NewRat(1, 1), big.NewRat(b.Bad, b.Seen())).Cmp(big.NewRat(int64(b.Target), whole)) >= 0
}

// UnknownShare is how much of what was due until now no one saw.
func (b Budget) UnknownShare() *big.Rat {
	if b.All() == 0 {
		return big.NewRat(1, 1)
	}
	return big.NewRat(b.Unknown, b.All())
}

// Percent is a share for people, cut rather than rounded: 100 % is all and nothing less, and what is
// above nothing is never called 0 %.
func Percent(r *big.Rat, digits int) string {
	if r == nil {
		return "unknown"
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n := new(big.Int).Mul(new(big.Int).Mul(r.Num(), big.NewInt(100)), scale)
	cut := new(big.Int).Div(n, r.Denom()) // towards less
	if cut.Sign() == 0 && r.Sign() > 0 {
		return "< " + strconv.FormatFloat(1/float64(scale.Int64()), 'f', digits, 64) + " %"
	}
	return new(big.Rat).SetFrac(cut, scale).FloatString(digits) + " %"
}
