package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"prentice"
)

// mostEnded is how many steps that a crash left are ended at once.
const mostEnded = 50

// endLeft ends what a crash left of a run's steps: the processes that carry their
// keys here, and what goes on by itself wherever it is. It says, for people, where
// that could not be done.
func (r *Runner) endLeft(ctx context.Context, d *detail) (goesOn string, err error) {
	var (
		mu   sync.Mutex // guards says
		says []string
		all  sync.WaitGroup
		turn = make(chan struct{}, mostEnded)
	)
	for _, s := range d.Steps {
		if s.State != prentice.Intended {
			continue
		}
		if _, err := r.Reaper.Reap(ctx, stepKey(s), d.origins[entryOf(s)].session); err != nil {
			return "", fmt.Errorf("end what a crash left of %s: %w", stepKey(s), err)
		}
		kind, ok := r.kinds[s.Kind].(prentice.Ender)
		work, found := d.workOf(s)
		if !ok || !found {
			continue
		}
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			if err := kind.End(ctx, work); err != nil {
				mu.Lock()
				defer mu.Unlock()
				says = append(says, fmt.Sprintf("; step %s may still go on at %s: %v", s.Step, orHere(s.Target), err))
			}
		})
	}
	all.Wait()
	slices.Sort(says)
	return strings.Join(says, ""), nil
}

// workOf is a step of the journal as its kind knows it, without what it needs to
// be done.
func (d *detail) workOf(s prentice.StepRecord) (prentice.Work, bool) {
	w := prentice.Work{Run: d.Ref(), Plan: &d.ThePlan}
	steps := d.ThePlan.In(s.Section)
	i := slices.IndexFunc(steps, func(p prentice.PlannedStep) bool { return p.ID == s.Step })
	if i < 0 {
		return w, false
	}
	w.Step = steps[i]
	for _, t := range d.ThePlan.Targets {
		if t.Ref == s.Target {
			w.Target = t
		}
	}
	return w, w.Target.Ref == s.Target
}
