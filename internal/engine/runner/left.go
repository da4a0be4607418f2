package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/run"
)

// mostEnded is how many steps that a crash left are ended at once.
const mostEnded = 50

// left is a step that a crash left in flight and that may go on by itself.
type left struct {
	kind prentice.StepKind
	work prentice.Work
}

// endLeft ends what a crash left of a run's steps: the processes that carry their
// keys here, and what goes on by itself wherever it is. It says, for people, where
// that could not be done.
func (r *Runner) endLeft(ctx context.Context, d *detail) (list []left, goesOn string, err error) {
	for _, s := range d.Steps {
		if s.State != run.Intended {
			continue
		}
		if _, err := r.Reaper.Reap(ctx, run.StepKey(s), d.OriginOf(s).Session); err != nil {
			return nil, "", fmt.Errorf("end what a crash left of %s: %w", run.StepKey(s), err)
		}
		if work, found := d.workOf(s); found && r.kinds[s.Kind] != nil {
			list = append(list, left{r.kinds[s.Kind], work})
		}
	}
	says := make([]string, len(list))
	turn := make(chan struct{}, mostEnded)
	var all sync.WaitGroup
	for i, l := range list {
		kind, ok := l.kind.(prentice.Detached)
		if !ok {
			continue
		}
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			if err := kind.End(ctx, l.work); err != nil {
				says[i] = fmt.Sprintf("; step %s may still go on at %s: %v", l.work.Step.ID, orHere(l.work.Target.Ref), err)
			}
		})
	}
	all.Wait()
	return list, strings.Join(says, ""), nil
}

// tellProved tells a kind that the proof of a step is written.
func tellProved(ctx context.Context, kind prentice.StepKind, work prentice.Work) {
	if kind, ok := kind.(prentice.Detached); ok {
		kind.Proved(context.WithoutCancel(ctx), work)
	}
}

// sweep clears what an earlier process left of steps that are proved.
func (r *Runner) sweep(ctx context.Context) {
	for _, kind := range r.Kinds {
		detached, ok := kind.(prentice.Detached)
		if !ok {
			continue
		}
		if err := detached.Sweep(ctx, func() ([]prentice.Work, error) { return r.InFlight(ctx) }); err != nil {
			r.Log.Warn("sweep what steps have left", "kind", kind.Name(), "err", err)
		}
	}
}

// workOf is a step of the journal as its kind knows it, without what it needs to
// be done.
func (d *detail) workOf(s run.StepRecord) (prentice.Work, bool) {
	from := d.OriginOf(s)
	w := prentice.Work{Run: d.Ref(), Plan: &d.ThePlan, Once: run.Making(d.Created, s.Round, from.Lasting, from.Again), Begun: from.Begun, Seal: from.Seal}
	steps := d.ThePlan.In(s.Section)
	i := slices.IndexFunc(steps, func(p prentice.PlannedStep) bool { return p.ID == s.Step })
	if i < 0 {
		return w, false
	}
	w.Step = steps[i]
	for _, t := range d.ThePlan.LookedAt() {
		if t.Ref == s.Target {
			w.Target = t
		}
	}
	return w, w.Target.Ref == s.Target
}
