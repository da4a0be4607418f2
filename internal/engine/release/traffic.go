package release

import (
	"fmt"

	"prentice"
)

// Traffic is how much a version has been asked, and how often that went wrong.
type Traffic struct {
	Requests, Failures float64
}

// Since is what came since an earlier look at counters that only grow. One that is smaller
// than it was began anew in between, and counts from nothing.
func (t Traffic) Since(earlier Traffic) Traffic {
	grown := func(now, before float64) float64 {
		if now < before {
			return now
		}
		return now - before
	}
	return Traffic{grown(t.Requests, earlier.Requests), grown(t.Failures, earlier.Failures)}
}

// Plus is both.
func (t Traffic) Plus(more Traffic) Traffic {
	return Traffic{t.Requests + more.Requests, t.Failures + more.Failures}
}

// Enough is how much traffic decides, and what it may show.
type Enough struct {
	Least float64 // requests, below which nothing is decided
	Most  float64 // the share of them that may go wrong, from 0 to 1
}

// Judge says whether a version is well by its traffic. It fails as soon as more went wrong
// than may of the least that decides, whatever comes then. Too little traffic is unknown,
// and never a pass: a version that is asked by no one breaks for no one
// (argoproj/argo-rollouts#1905 holds; kortix-ai/suna#3403 lets it pass, and that is the fault).
func (e Enough) Judge(t Traffic) (prentice.Truth, string) {
	seen := fmt.Sprintf("%.0f of %.0f requests went wrong", t.Failures, t.Requests)
	switch {
	case t.Failures > e.Most*max(t.Requests, e.Least):
		return prentice.Fail, fmt.Sprintf("%s, and at most %s of %.0f may", seen, percent(e.Most), max(t.Requests, e.Least))
	case t.Requests < e.Least:
		return prentice.NotSeen, fmt.Sprintf("%s, and %.0f are needed to decide", seen, e.Least)
	}
	return prentice.Pass, seen
}

// percent is a share as people say it.
func percent(share float64) string { return fmt.Sprintf("%.3g%%", 100*share) }
