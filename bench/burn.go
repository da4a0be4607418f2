package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"prentice/internal/engine/objective"
)

// burns is how often alerts on burn call someone for nothing, and how soon they see that everything
// fails, by simulation: requests come by chance (Poisson) at a rate, and each fails by chance. A
// target of 99.9 % over 30 days is met with half of its budget left, so that every page is a false
// one. Each is beside the same rules without the guard against chance, as the SRE workbook has them.
func burns(ctx context.Context) (figures []figure, err error) {
	target, err := objective.ParseTarget("0.999", false)
	if err != nil {
		return nil, err
	}
	const runs, days = 60, 30
	var pages []objective.Rule
	for _, r := range objective.Standard(objective.Period{Rolling: days * 24 * time.Hour}) {
		if r.Severity == objective.Page {
			pages = append(pages, r)
		}
	}
	for _, rate := range []float64{0.1, 1, 10} {
		rng := rand.New(rand.NewPCG(17, uint64(rate*10))) //nolint:gosec // a simulation that comes out the same
		ours, plain := 0, 0
		for range runs {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			minutes := drawn(rng, days*24*60, rate, func(int) float64 { return 0.0005 })
			ours += len(objective.Replay(target, pages, minutes))
			plain += len(objective.ReplayPlain(target, pages, minutes))
		}
		var seen, seenPlain []float64
		const before = 2 * 24 * 60
		for range runs * 4 {
			minutes := drawn(rng, before+12*60, rate, func(at int) float64 {
				if at >= before {
					return 1
				}
				return 0.0005
			})
			seen = append(seen, delay(objective.Replay(target, pages, minutes), before))
			seenPlain = append(seenPlain, delay(objective.ReplayPlain(target, pages, minutes), before))
		}
		name, note := fmt.Sprintf("burn.%v", rate), fmt.Sprintf("a healthy service at %v requests a minute, 99.9 %%, %d times 30 days", rate, runs)
		goalFalse, goalSeen := "", ""
		if rate == 1 {
			goalFalse, goalSeen = "≤ 1.5", "≤ 2"
		}
		falsePages, median := float64(ours)/runs, middleOf(seen)
		figures = append(figures,
			figure{name + ".false", falsePages, "in 30 days", goalFalse, goalFalse == "" || falsePages <= 1.5, "false pages: " + note},
			figure{name + ".false.workbook", float64(plain) / runs, "in 30 days", "", true, "the same without the guard against chance"},
			figure{name + ".seen", median, "min", goalSeen, goalSeen == "" || median <= 2, fmt.Sprintf("from the first minute in which all fails to the page, median of %d; the slowest took %.0f", len(seen), slices.Max(seen))},
			figure{name + ".seen.workbook", middleOf(seenPlain), "min", "", true, "the same without the guard against chance"})
	}
	return figures, nil
}

// drawn are minutes in which requests come and fail by chance.
func drawn(rng *rand.Rand, n int, rate float64, fails func(minute int) float64) (list []objective.Minute) {
	for at := range n {
		m := objective.Minute{At: int64(at)}
		for t := rng.ExpFloat64() / rate; t < 1; t += rng.ExpFloat64() / rate {
			if rng.Float64() < fails(at) {
				m.Bad++
			} else {
				m.Good++
			}
		}
		list = append(list, m)
	}
	return list
}

// delay is how many minutes after a moment the first page came that was there then or after it.
func delay(fired []objective.Fired, after int) float64 {
	began, best := objective.StartOf(int64(after)), 12.0*60
	for _, f := range fired {
		switch {
		case !f.From.Before(began):
			best = min(best, f.From.Sub(began).Minutes())
		case f.To.IsZero() || f.To.After(began):
			best = 0 // someone was called already
		}
	}
	return best
}

func middleOf(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
