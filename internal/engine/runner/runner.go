package runner

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Planner renders a request into a plan, from the procedures and the catalog
// of this moment.
type Planner interface {
	Render(context.Context, prentice.RunRequest) (prentice.Plan, error)
}

// Policy decides. It must be pure.
type Policy interface {
	Decide(context.Context, prentice.Moment) prentice.Decision
}

// Health says how many services, leaving out those named and whatever depends
// on them, are known to be unhealthy, of how many known.
type Health interface {
	Unhealthy(ctx context.Context, except []prentice.Ref) (unhealthy, known int, err error)
}

// Secrets gives the value of a secret by name, at run time only.
type Secrets interface {
	Value(ctx context.Context, name string) (string, error)
}

// Logs keep what steps print. Writer masks the secrets before anything is
// written; its Close flushes.
type Logs interface {
	Writer(run int64, step string, target prentice.Ref, secrets []string) io.WriteCloser
}

// Reaper ends what a crash left of a step: the processes that carry its key and
// belong to the session that started it. Daemons that the step set free on
// purpose are in sessions of their own and stay.
type Reaper interface {
	Reap(ctx context.Context, key string, session int) (ended int, err error)
}

// Deps is all that a runner needs of the world.
type Deps struct {
	*run.Store // the runs that it carries out
	Planner    Planner
	Policy     Policy
	People     approval.People
	Health     Health
	Calendar   Calendar
	Estate     Estate
	Secrets    Secrets
	Logs       Logs
	Reaper     Reaper
	Kinds      []prentice.StepKind
	Stopped    func() bool                                                               // the kill switch
	StopSays   func() string                                                             // who turned it on and why, or ""
	Send       func(context.Context, prentice.Event) error                               // tells the inbox what happened to a run
	SendIn     func(*db.Tx, prentice.Event) error                                        // the same, within the write that makes it true
	Event      func(ctx context.Context, number int64) (prentice.EventRecord, error)     // from the inbox
	Incident   func(ctx context.Context, incident, about prentice.Ref) (Incident, error) // as it stands towards what a run is about; nil: no one knows any
	Opened     func(ctx context.Context, incident prentice.Ref) ([]prentice.Ref, error)  // the people who opened an incident or fed it; nil: no one did
	Over       func(ctx context.Context, run int64, incident prentice.Ref) (bool, error) // whether no open incident waits for a run any more; nil: one always does
	Edition    func() any                                                                // of what plans are made from: another one when it has changed; nil: it may change at any time
	Relieved   func(ctx context.Context, incident prentice.Ref) (time.Time, error)       // since when an incident has no symptom left; zero while it has; nil: it always has
	Log        *slog.Logger
	Hosts      Hosts    // nil: no one knows
	Peers      Peers    // nil is none
	Install    string   // the installation's id, which no other has
	Env        []string // what every step gets: PATH, PRENTICE_STATE …
	Session    int      // of this process, to tell a crashed one's children from ours
}

// Runner performs runs.
type Runner struct {
	Deps
	kinds    map[string]prentice.StepKind
	hub      *hub
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
	r := &Runner{Deps: deps, kinds: map[string]prentice.StepKind{}, hub: newHub(), freed: newBell(), active: map[int64]context.CancelCauseFunc{}}
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
