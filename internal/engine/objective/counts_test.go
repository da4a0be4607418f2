package objective

import (
	"math/big"
	"testing"
)

func must(text string) Target {
	t, err := ParseTarget(text, false)
	if err != nil {
		panic(err)
	}
	return t
}

func TestATargetIsExactlyWhatIsWritten(t *testing.T) {
	for text, want := range map[string]string{"0.999": "99.9 %", "0.9999": "99.99 %", "0.5": "50 %", "0.000000001": "0.0000001 %", "0.999999999": "99.9999999 %", "1": "", "0": "", "-0.5": "", "1.1": "", "9e-1": "", "1/2": "", "NaN": "", "0x0.8": "", "": "", "0.9999999999": ""} {
		got, err := ParseTarget(text, false)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%q: %s %v, want %q", text, got, err, want)
		}
		if err == nil {
			raw, _ := got.MarshalText()
			var back Target
			if err := back.UnmarshalText(raw); err != nil || back != got || string(raw) != text {
				t.Errorf("%q came back as %q: %v", text, raw, err)
			}
		}
	}
	if got, err := ParseTarget("99.95", true); err != nil || got.String() != "99.95 %" {
		t.Errorf("%s %v", got, err)
	}
}

func TestABudgetIsAFractionOfWholeNumbers(t *testing.T) {
	month := int64(30 * 24 * 60) // a look each minute: 43,200, of which 99.9 % leave 43.2
	for _, c := range []struct {
		name          string
		target        string
		counts        Counts
		due, come     int64
		left, unknown string
		worst         string
		met           bool
	}{
		{"nothing was seen", "0.999", Counts{}, month, 0, "unknown", "100.0 %", "unknown", false},
		{"nothing was due", "0.999", Counts{}, 0, 0, "unknown", "100.0 %", "unknown", false},
		{"all is good", "0.999", Counts{Good: month}, month, 0, "100.0 %", "0.0 %", "100.0 %", true},
		{"one is bad", "0.999", Counts{Good: month - 1, Bad: 1}, month, 0, "97.6 %", "0.0 %", "97.6 %", true},                 // 42.2 of 43.2
		{"the workbook's three nines", "0.999", Counts{Good: month - 43, Bad: 43}, month, 0, "0.4 %", "0.0 %", "0.4 %", true}, // 0.2 of 43.2
		{"one too many", "0.999", Counts{Good: month - 44, Bad: 44}, month, 0, "-1.9 %", "0.0 %", "-1.9 %", false},
		{"exactly all is spent", "0.99", Counts{Good: 99, Bad: 1}, 100, 0, "0.0 %", "0.0 %", "0.0 %", true},
		{"almost nothing is left", "0.999", Counts{Good: 999_000_001, Bad: 999_999}, 1_000_000_000, 0, "< 0.1 %", "0.0 %", "< 0.1 %", true},
		{"half was not seen", "0.99", Counts{Good: 500}, 1000, 0, "100.0 %", "50.0 %", "-4900.0 %", true},
		{"a look that could not be made", "0.99", Counts{Good: 990, Unknown: 10}, 1000, 0, "100.0 %", "1.0 %", "0.0 %", true},
		{"the month has begun", "0.999", Counts{Good: 1000, Bad: 1}, month, month - 1001, "97.6 %", "0.0 %", "97.6 %", true},
		{"more looks than are due now", "0.99", Counts{Good: 1999, Bad: 1}, 1000, 0, "95.0 %", "0.0 %", "95.0 %", true},
		{"everything fails", "0.999", Counts{Bad: 1000}, 1000, 0, "-99900.0 %", "0.0 %", "-99900.0 %", false},
	} {
		b := BudgetOf(must(c.target), c.counts, c.due, c.come)
		if left, unknown, worst := Percent(b.Left(), 1), Percent(b.UnknownShare(), 1), Percent(b.Worst(), 1); left != c.left || unknown != c.unknown || worst != c.worst || b.Met() != c.met {
			t.Errorf("%s: left %s, unknown %s, worst %s, met %t", c.name, left, unknown, worst, b.Met())
		}
	}
}

func TestNoShareIsCalledAllOrNothingThatIsNot(t *testing.T) {
	for want, r := range map[string]*big.Rat{"99.9 %": big.NewRat(99_999, 100_000), "< 0.1 %": big.NewRat(1, 100_000), "0.0 %": new(big.Rat), "100.0 %": big.NewRat(1, 1), "-0.1 %": big.NewRat(-1, 100_000)} {
		if got := Percent(r, 1); got != want {
			t.Errorf("%s is %q, want %q", r, got, want)
		}
	}
}

func TestNothingSeenBurnsNothingAndAllBadIsTheMost(t *testing.T) {
	target := must("0.999")
	if b := target.Burn(Counts{Unknown: 50}); b != 0 {
		t.Errorf("what no one saw burns %v", b)
	}
	if b, most := target.Burn(Counts{Bad: 7}), target.MostBurn(); b != most || most != 1000 {
		t.Errorf("%v of %v", b, most)
	}
}
