package loadtest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"prentice/internal/kit/span"
)

// Promise is what a service keeps.
type Promise struct {
	P95    time.Duration `json:"p95"`    // 95 % of requests are answered within it
	Errors float64       `json:"errors"` // the share of requests that may fail
}

// Verdict is how a step came out.
type Verdict string

// The verdicts.
const (
	Held   Verdict = "held"
	Broke  Verdict = "broke"
	Unsure Verdict = "unsure" // neither is so with a confidence of 95 %
	Void   Verdict = "void"   // requests did not go out as they should have
)

// Step is a rate that was held for a while.
type Step struct {
	Rate    float64       `json:"rate"` // requests a second, as they should have come
	Sent    int           `json:"sent"`
	Failed  int           `json:"failed"`
	Dropped int           `json:"dropped"` // that could not go out, since too many were under way
	Late    time.Duration `json:"late"`    // ninety-nine of a hundred went out no later than that
	P50     time.Duration `json:"p50"`     // of answers, from when the request should have gone out
	P95     time.Duration `json:"p95"`
	P95Low  time.Duration `json:"p95_low"`  // it is between the two with a confidence of 90 %
	P95High time.Duration `json:"p95_high"` // zero is not known: too few were answered
	Done    float64       `json:"done"`     // requests that were answered well, a second
	AtOnce  float64       `json:"at_once"`  // how many were there at once, in the mean
	Verdict Verdict       `json:"verdict"`
	Says    string        `json:"says"`
}

// MostAtOnce is how many requests may be under way.
const MostAtOnce = 2000

// Fewest is how many requests a step needs: with fewer no 95th percentile can be told
// with any confidence.
const Fewest = 100

// Length is how long a rate is held: the time that was asked for, or as long as enough requests take.
func Length(rate float64, asked time.Duration) time.Duration {
	return max(asked, time.Duration(Fewest/rate*float64(time.Second)))
}

// shot is what became of a request.
type shot struct {
	late, took, alone time.Duration // from when it should have gone out; from when it did
	end               time.Duration // from the beginning of the step
	failed            bool
}

// Hold sends requests at a rate for a time, and waits for all answers. Each has its moment,
// whether those before were answered or not.
func Hold(ctx context.Context, rate float64, length time.Duration, p Promise, ask func(context.Context) error) (Step, error) {
	var (
		mu    sync.Mutex // guards shots
		shots []shot
		all   sync.WaitGroup
	)
	count := int(rate * length.Seconds())
	slots, began, dropped := make(chan struct{}, MostAtOnce), time.Now(), 0
	enough, over := context.WithTimeout(ctx, length+max(10*p.P95, 10*time.Second))
	defer over()
	for i := range count {
		due := began.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		if wait := time.Until(due); wait > 0 && !span.Wait(ctx, wait) {
			break
		}
		select {
		case slots <- struct{}{}:
		default:
			dropped++
			continue
		}
		all.Go(func() {
			defer func() { <-slots }()
			went := time.Now()
			err := ask(enough)
			end := time.Now()
			mu.Lock()
			defer mu.Unlock()
			shots = append(shots, shot{max(went.Sub(due), 0), end.Sub(due), end.Sub(went), end.Sub(began), err != nil})
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return Step{}, ctx.Err()
	}
	s := measured(rate, shots, dropped)
	s.Verdict, s.Says = p.judge(s)
	return s, nil
}

// measured are the figures of a step.
func measured(rate float64, shots []shot, dropped int) Step {
	s := Step{Rate: rate, Sent: len(shots), Dropped: dropped}
	var late, times, ends []time.Duration
	there := 0.0
	for _, one := range shots {
		late, there = append(late, one.late), there+one.alone.Seconds()
		if one.failed {
			s.Failed++
		}
		times, ends = append(times, one.took), append(ends, one.end) // what failed was waited for as well
	}
	if len(shots) == 0 {
		return s
	}
	slices.Sort(late)
	slices.Sort(times)
	slices.Sort(ends)
	n := len(times)
	s.Late, s.P50, s.P95 = late[rank(n, 0.99)-1], times[rank(n, 0.5)-1], times[rank(n, 0.95)-1]
	low, high := bounds(n, 0.95)
	s.P95Low = times[low-1]
	if high > 0 {
		s.P95High = times[high-1]
	}
	// Those few that come last, such as one whose connection was asked for again, would halve it.
	took := max(ends[rank(n, 0.95)-1].Seconds()/0.95, 1e-9)
	s.Done, s.AtOnce = float64(n-s.Failed)/took, there/took
	return s
}

func rank(n int, q float64) int { return min(max(int(math.Ceil(q*float64(n))), 1), n) }

// bounds are the ranks between which a quantile is, each side with a confidence of 95 %, by the
// normal approximation of the binomial. High is 0 where there is none.
func bounds(n int, q float64) (low, high int) {
	mean, off := q*float64(n), 1.645*math.Sqrt(float64(n)*q*(1-q))
	low, high = max(int(math.Floor(mean-off)), 1), int(math.Ceil(mean+off))+1
	if high > n {
		high = 0
	}
	return low, high
}

// wilson is between what two shares the share of failures is, each side with a confidence of 95 %.
func wilson(failed, n int) (low, high float64) {
	const z = 1.645
	share, m := float64(failed)/float64(n), float64(n)
	middle, off := share+z*z/(2*m), z*math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	if failed == 0 {
		return 0, (middle + off) / (1 + z*z/m)
	}
	return (middle - off) / (1 + z*z/m), (middle + off) / (1 + z*z/m)
}

// judge says how a step came out.
func (p Promise) judge(s Step) (Verdict, string) {
	if s.Sent+s.Dropped == 0 {
		return Void, "nothing was sent"
	}
	n := max(s.Sent, 1)
	least, most := wilson(s.Failed, n)
	switch {
	case least > p.Errors:
		return Broke, fmt.Sprintf("%d of %d requests failed", s.Failed, s.Sent)
	case s.P95Low > p.P95:
		return Broke, fmt.Sprintf("the 95th percentile is %s", short(s.P95))
	case s.Dropped > 0:
		return Broke, fmt.Sprintf("%d requests found %d others under way", s.Dropped, MostAtOnce)
	case s.Late > max(p.P95/4, 5*time.Millisecond):
		return Void, fmt.Sprintf("requests went out up to %s late: this machine has too much to do", short(s.Late))
	case s.P95High == 0 || s.P95High > p.P95 || most > max(p.Errors, 3/float64(n)): // of none that failed no less can be said
		return Unsure, fmt.Sprintf("the 95th percentile is %s, which is too near to say", short(s.P95))
	}
	return Held, fmt.Sprintf("the 95th percentile is %s", short(s.P95))
}

func short(d time.Duration) string {
	if d >= time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(100 * time.Microsecond).String()
}
