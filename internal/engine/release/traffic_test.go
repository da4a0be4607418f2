package release_test

import (
	"math/rand"
	"testing"

	"prentice"
	"prentice/internal/engine/release"
)

func TestTooLittleTrafficDecidesNothing(t *testing.T) {
	need := release.Enough{Least: 200, Most: 0.01}
	for _, c := range []struct {
		requests, failures float64
		want               prentice.Truth
	}{
		{0, 0, prentice.NotSeen}, {199, 0, prentice.NotSeen}, {199, 2, prentice.NotSeen}, {200, 0, prentice.Pass}, {200, 2, prentice.Pass},
		{3, 3, prentice.Fail}, // 3 of 200 are too many, whatever comes
		{2, 2, prentice.NotSeen}, {200, 3, prentice.Fail}, {1000, 10, prentice.Pass}, {1000, 11, prentice.Fail},
	} {
		if got, says := need.Judge(release.Traffic{Requests: c.requests, Failures: c.failures}); got != c.want {
			t.Errorf("%v failed of %v: %s (%s), want %s", c.failures, c.requests, got, says, c.want)
		}
	}
	if got, _ := (release.Enough{Least: 1}).Judge(release.Traffic{}); got != prentice.NotSeen {
		t.Errorf("of nothing it is %s", got)
	}
}

// Whatever comes: a version passes with no less than the least, and what has failed once
// stays failed until more has come than the least.
func TestNothingPassesBySilence(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		need := release.Enough{Least: float64(1 + r.Intn(300)), Most: r.Float64() / 10}
		all, failed := release.Traffic{}, false
		for all.Requests < need.Least {
			truth, says := need.Judge(all)
			if truth == prentice.Pass || failed && truth != prentice.Fail {
				t.Fatalf("%+v, %+v: %s (%s), and it had failed: %v", need, all, truth, says, failed)
			}
			failed = truth == prentice.Fail
			one := release.Traffic{Requests: 1}
			if r.Intn(20) == 0 {
				one.Failures = 1
			}
			all = all.Plus(one)
		}
	}
}

func TestACounterThatBeganAnewCountsFromNothing(t *testing.T) {
	if got := (release.Traffic{Requests: 10, Failures: 4}).Since(release.Traffic{Requests: 900, Failures: 3}); got != (release.Traffic{Requests: 10, Failures: 1}) {
		t.Errorf("%+v", got)
	}
}
