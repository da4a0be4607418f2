package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"prentice/internal/engine/experiment"
)

// simulations is how many experiments are simulated for each figure.
const simulations = 10_000

// looked is how often each is looked at, evenly up to its end.
const looked = 100

// experiments is how often an experiment is wrong where there is nothing to find, and how
// often it finds what is there. Each has chance of its own, and the same in each run.
func experiments(ctx context.Context) (figures []figure, err error) {
	for _, rule := range []string{experiment.Fixed, experiment.Sequential} {
		d, err := experiment.Design{Rule: rule, Baseline: 0.3, Effect: 0.1, Alpha: 0.05, Power: 0.8, Share: 0.5}.Sized()
		if err != nil {
			return nil, err
		}
		how := fmt.Sprintf("the %s rule, %d users, %d experiments with %d looks each", rule, d.Units, simulations, looked)
		wrong := 100 * among(ctx, func(r *rand.Rand) bool {
			word := simulateOne(r, d, d.Baseline)
			return word == experiment.Better || word == experiment.Worse
		})
		found := 100 * among(ctx, func(r *rand.Rand) bool { return simulateOne(r, d, d.Baseline+d.Effect) == experiment.Better })
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		figures = append(figures, figure{"experiment." + rule + ".false", wrong, "%", "≤ 5", wrong <= 5, "a difference is seen where both variants are the same: " + how},
			figure{"experiment." + rule + ".power", found, "%", "80 ± 2", math.Abs(found-80) <= 2, "a difference of 10 points is found: " + how})
	}
	return figures, nil
}

// among is the share of simulated experiments of which something is so.
func among(ctx context.Context, one func(*rand.Rand) bool) float64 {
	var all sync.WaitGroup
	counts := make([]int, runtime.GOMAXPROCS(0))
	for w := range counts {
		all.Go(func() {
			for i := w; i < simulations && ctx.Err() == nil; i += len(counts) {
				if one(rand.New(rand.NewPCG(uint64(i), 42))) { //nolint:gosec // it is a simulation
					counts[w]++
				}
			}
		})
	}
	all.Wait()
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return float64(sum) / simulations
}

// simulateOne is what an experiment ends with whose treatment has a share of outcomes.
func simulateOne(r *rand.Rand, d experiment.Design, treatment float64) string {
	var c experiment.Counts
	p, skew := 1.0, 1.0
	for look := int64(1); look <= looked; look++ {
		for c.Units() < (d.Units*look+looked-1)/looked {
			if r.Float64() < d.Share {
				c.Treatment++
				c.TreatmentDo += happens(r, treatment)
			} else {
				c.Control++
				c.ControlDid += happens(r, d.Baseline)
			}
		}
		got := d.Judge(c, p, skew)
		if p, skew = got.P, got.Skew; got.Over {
			return got.Word
		}
	}
	return experiment.Unclear
}

func happens(r *rand.Rand, share float64) int64 {
	if r.Float64() < share {
		return 1
	}
	return 0
}
