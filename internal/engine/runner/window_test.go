package runner

import (
	"math/rand/v2"
	"testing"
)

func TestHowManyTargetsAreAtWork(t *testing.T) {
	cases := []struct {
		name string
		w    window
		open bool
	}{
		{"the first is a canary", window{parallel: 10}, true},
		{"nothing is begun beside the canary", window{parallel: 10, flying: 1}, false},
		{"after a good one there may be two", window{parallel: 10, good: 1, flying: 1}, true},
		{"and no more than two", window{parallel: 10, good: 1, flying: 2}, false},
		{"never more than parallel", window{parallel: 2, good: 50, flying: 2}, false},
		{"a limit that is missing is one at a time", window{good: 50, flying: 1}, false},
		{"without max_failures the first failure stops", window{parallel: 10, good: 5, bad: 1}, false},
		{"with it the others go on", window{parallel: 10, failures: 3, good: 5, bad: 1}, true},
		{"those at work count as if they failed", window{parallel: 10, failures: 3, good: 5, bad: 1, flying: 2}, false},
		{"as many as may fail have failed", window{parallel: 10, failures: 3, good: 5, bad: 3}, false},
		{"a canary that fails stops, whatever the limit", window{parallel: 10, failures: 3, bad: 1}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.w.open(); got != c.open {
				t.Errorf("open: %v", got)
			}
		})
	}
}

func TestNoMoreTargetsFailThanMay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		w := window{parallel: 1 + r.IntN(20), failures: 1 + r.IntN(10)}
		for left := 1 + r.IntN(60); left > 0 || w.flying > 0; {
			if left > 0 && w.open() {
				w.flying, left = w.flying+1, left-1
				continue
			}
			if w.flying == 0 {
				break
			}
			w.flying--
			if r.IntN(2) == 0 {
				w.good++
			} else {
				w.bad++
			}
		}
		if w.bad > w.failures {
			t.Fatalf("%+v: more failed than may", w)
		}
	}
}
