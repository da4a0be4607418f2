package availability

import (
	"context"
	"time"

	"prentice"
)

// longestPause is the longest time between a failure and the look that confirms it.
const longestPause = time.Second

// confirm looks once more after the first failure of what was well. When that passes, the
// service answers, and not as it should: the look counts as degraded, is shown, and calls
// no one. When it does not, the failure counts, and once. Both are over before the next
// look is due; where there is no time for that, the failure counts as it is.
func (l *Lookout) confirm(ctx context.Context, rule prentice.Probe, failed prentice.Observation) prentice.Observation {
	pause := min(rule.Interval/10, longestPause)
	left := rule.Interval - failed.Latency - 2*pause
	if left < pause {
		return failed
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return failed
	case <-timer.C:
	}
	rule.Timeout = min(rule.Timeout, left)
	again := l.Prober.Probe(ctx, rule)
	if !again.OK() {
		return failed
	}
	again.Degraded = true
	again.Says = "passed at the second try: " + again.Says + "; the first: " + failed.Says
	return again
}
