package runner

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/hub"
)

// Runner performs runs.
type Runner struct {
	Deps
	kinds    map[string]prentice.StepKind
	hub      hub.Hub[int64, run.Moment] // by run; 0 is all of them
	draining atomic.Bool
	freed    *bell        // rung when a lock is let go
	ends     atomic.Int64 // runs that began to end here
	stuck    stuck
	workers  workers

	mu     sync.Mutex
	active map[int64]context.CancelCauseFunc // runs whose stage is under way here; guarded by mu
	idle   *sync.Cond                        // told when active shrinks; on mu

	halts    halts
	outdated outdated
}

// New makes a runner that does nothing until Run.
func New(deps Deps) *Runner {
	if deps.Peers == nil {
		deps.Peers = alone{}
	}
	r := &Runner{Deps: deps, kinds: map[string]prentice.StepKind{}, freed: newBell(), active: map[int64]context.CancelCauseFunc{}}
	r.idle = sync.NewCond(&r.mu)
	r.Know(deps.Kinds)
	return r
}

// Launch takes up what an earlier process left and begins to perform.
func (r *Runner) Launch(ctx context.Context) error {
	if err := r.begun(ctx); err != nil {
		return err
	}
	r.sweep(ctx)
	r.workers.launch(ctx, r.stages)
	return r.takeUp(ctx)
}

// takeUp starts a fresh attempt for every run that is neither over nor waiting
// for people, and tells the inbox again what it may not have heard before the
// crash: of the newest that wait and of what ended within the hour.
func (r *Runner) takeUp(ctx context.Context) error {
	if err := r.beginAll(ctx); err != nil {
		return err
	}
	return errors.Join(r.sayAgain(ctx, ""), r.remind(ctx))
}

// sayAgain announces what anyone who owned the runs may not have come to announce.
// Who has heard it already hears nothing.
func (r *Runner) sayAgain(ctx context.Context, owner string) error {
	runs, err := r.Unsaid(ctx, r.Clock().Add(-time.Hour), owner)
	for _, run := range runs {
		causes, e := r.CausesOf(ctx, run.Number)
		if e != nil { // of one that cannot be read no one is told, and of all others they are
			r.cannot("run not announced", run.Number, run.State, e)
			continue
		}
		r.announce(ctx, run, causes)
	}
	return err
}

// beginAll starts a fresh attempt for every run that no one performs.
func (r *Runner) beginAll(ctx context.Context) error {
	if r.shared() {
		_, err := r.takeOver(ctx, nil)
		return err
	}
	moving, err := r.Moving(ctx)
	if err != nil {
		return err
	}
	r.beginThese(ctx, moving)
	return nil
}

// Run watches the kill switch, expires what no one answered and wakes what waits
// for the calendar, until ctx ends.
func (r *Runner) Run(ctx context.Context) error {
	var watch sync.WaitGroup
	watch.Go(func() { r.watchSwitch(ctx) })
	watch.Go(func() { r.watchIdle(ctx) })
	defer watch.Wait()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
			if err := r.ForgetHour(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("forget what no longer counts", "err", err)
			}
		case <-tick.C:
			if err := r.recordHalts(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("record the kill switch", "err", err)
			}
			if !r.Peers.Leads() {
				continue
			}
			if err := r.expire(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("expire runs", "err", err)
			}
			if err := r.withdraw(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("withdraw runs", "err", err)
			}
			if err := r.withdrawOutdated(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("withdraw proposals", "err", err)
			}
			if err := r.wake(ctx); err != nil && ctx.Err() == nil {
				r.Log.Error("wake runs", "err", err)
			}
		}
	}
}

// Stop ends everything at once. Steps under way are interrupted and asked about
// at the next launch.
func (r *Runner) Stop(timeout time.Duration) error {
	r.draining.Store(true)
	if err := r.workers.stop(timeout); err != nil {
		return err
	}
	return r.ended()
}
