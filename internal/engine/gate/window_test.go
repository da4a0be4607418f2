package gate

import (
	"math/rand/v2"
	"testing"
)

func TestHowManyTargetsAreAtWork(t *testing.T) {
	cases := []struct {
		name string
		w    Window
		open bool
	}{
		{"the first is a canary", Window{Parallel: 10}, true},
		{"nothing is begun beside the canary", Window{Parallel: 10, Flying: 1}, false},
		{"after a good one there may be two", Window{Parallel: 10, Good: 1, Flying: 1}, true},
		{"and no more than two", Window{Parallel: 10, Good: 1, Flying: 2}, false},
		{"never more than parallel", Window{Parallel: 2, Good: 50, Flying: 2}, false},
		{"a limit that is missing is one at a time", Window{Good: 50, Flying: 1}, false},
		{"without max_failures the first failure stops", Window{Parallel: 10, Good: 5, Bad: 1}, false},
		{"with it the others go on", Window{Parallel: 10, Failures: 3, Good: 5, Bad: 1}, true},
		{"those at work count as if they failed", Window{Parallel: 10, Failures: 3, Good: 5, Bad: 1, Flying: 2}, false},
		{"as many as may fail have failed", Window{Parallel: 10, Failures: 3, Good: 5, Bad: 3}, false},
		{"a canary that fails stops, whatever the limit", Window{Parallel: 10, Failures: 3, Bad: 1}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.w.Open(); got != c.open {
				t.Errorf("open: %v", got)
			}
		})
	}
}

func TestNoMoreTargetsFailThanMay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		w := Window{Parallel: 1 + r.IntN(20), Failures: 1 + r.IntN(10)}
		for left := 1 + r.IntN(60); left > 0 || w.Flying > 0; {
			if left > 0 && w.Open() {
				w.Flying, left = w.Flying+1, left-1
				continue
			}
			if w.Flying == 0 {
				break
			}
			w.Flying--
			if r.IntN(2) == 0 {
				w.Good++
			} else {
				w.Bad++
			}
		}
		if w.Bad > w.Failures {
			t.Fatalf("%+v: more failed than may", w)
		}
	}
}
