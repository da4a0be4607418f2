package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// Peers is the processes that perform runs on the same database.
type Peers interface {
	// ID is this process among them, or "" while it must not act.
	ID() string
	// Fit says whether it may act at this moment.
	Fit() bool
	// Leads says whether it does what must be done once.
	Leads() bool
	// Living is the ids of all that live, as far as this process knows.
	Living() []string
	// Fate says what became of one of them: it lives, it died, or neither, as it
	// left in order or never was. It stays so until the transaction ends.
	Fate(tx *db.Tx, id string) (lives, died bool, err error)
	// Deserted says that, when this process joined, one had died and none lived.
	Deserted() bool
	// Yield gives the lead to another, if there is one.
	Yield(ctx context.Context) error
	// Place tells where processes can see each other's.
	Place() string
}

// alone is a process that has the database to itself.
type alone struct{}

func (alone) ID() string       { return "" }
func (alone) Fit() bool        { return true }
func (alone) Leads() bool      { return true }
func (alone) Living() []string { return nil }
func (alone) Deserted() bool   { return false }
func (alone) Place() string    { return "" }

func (alone) Yield(context.Context) error { return nil }

func (alone) Fate(*db.Tx, string) (lives, died bool, err error) { return false, false, nil }

// shared says whether others perform runs beside this process.
func (r *Runner) shared() bool { return r.Peers != alone{} }

// own fails with errMoved unless a run is still this process's to perform, and
// keeps it so until the transaction ends.
func (r *Runner) own(tx *db.Tx, d *detail) error {
	if !r.shared() {
		return nil
	}
	if d.Owner != r.Peers.ID() {
		return run.ErrMoved
	}
	run.KeepOwned(tx, d.Detail)
	return nil
}

// InterruptAll interrupts whatever is under way here, because this process must not act
// any more: another may have begun to.
func (r *Runner) InterruptAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, stop := range r.active {
		stop(errParked)
	}
}

// taker is the owner of a run that begins here: "" when another is to begin it,
// because this process drains.
func (r *Runner) taker() string {
	if r.draining.Load() {
		return ""
	}
	return r.Peers.ID()
}

// overtime is how often a process looks for runs that nothing performs.
const overtime = 2 * time.Second

// takeOver begins the runs whose process has died, and those of this one that it
// lost on the way: they could not be begun, or it died or could not reach the
// database between two writes. While it drains it only ends what is to stop.
func (r *Runner) takeOver(ctx context.Context, idle map[int64]bool) (map[int64]bool, error) {
	me := r.Peers.ID()
	if !r.Peers.Fit() {
		return nil, nil
	}
	if r.draining.Load() {
		if err := r.handOver(ctx); err != nil {
			return nil, err
		}
	}
	orphans, mine, err := r.unattended(ctx, me)
	if err != nil {
		return nil, err
	}
	for _, o := range orphans {
		if err := r.claim(ctx, o, me); err != nil && ctx.Err() == nil {
			r.cannot("run not taken over", o.Number, prentice.Queued, err)
		}
	}
	seen := map[int64]bool{}
	var ripe []run.Idle
	for _, run := range mine {
		if idle[run.Number] {
			ripe = append(ripe, run)
		} else { // it may only just be about to begin
			seen[run.Number] = true
		}
	}
	r.beginThese(ctx, ripe)
	return seen, nil
}

// watchIdle begins what nothing performs, and says what those who are gone may
// not have come to say, until ctx ends.
func (r *Runner) watchIdle(ctx context.Context) {
	tick := time.NewTicker(overtime)
	defer tick.Stop()
	var idle map[int64]bool
	knew := r.Peers.Living()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var err error
		if idle, err = r.takeOver(ctx, idle); err != nil && ctx.Err() == nil {
			r.Log.Error("take over runs", "err", err)
		}
		knew = r.speakFor(ctx, knew)
	}
}

// speakFor announces what those of the known who do not live any more may have
// left unsaid. It returns those to look at next time.
func (r *Runner) speakFor(ctx context.Context, knew []string) []string {
	living := r.Peers.Living()
	next := slices.Clone(living)
	for _, id := range knew {
		if slices.Contains(living, id) || !r.Peers.Fit() {
			continue
		}
		if err := r.sayAgain(ctx, id); err != nil && ctx.Err() == nil {
			r.Log.Error("say what a replica left unsaid", "replica", id, "err", err)
			next = append(next, id)
		}
	}
	return next
}

// unattended lists the moving runs of processes that do not live, and those of
// this one that are not under way here and that nothing holds. A process that has
// the database alone has them all.
func (r *Runner) unattended(ctx context.Context, me string) (orphans []run.Orphan, mine []run.Idle, err error) {
	var living []string
	if r.shared() {
		if living = r.Peers.Living(); !slices.Contains(living, me) {
			return nil, nil, nil
		}
	}
	list, err := r.Unattended(ctx, me, living)
	for _, o := range list {
		switch {
		case r.draining.Load() && !o.Stopping:
		case r.shared() && o.Owner != me:
			orphans = append(orphans, o)
		case o.Paused && !o.Stopping || r.performs(o.Number):
		default:
			mine = append(mine, o.Idle)
		}
	}
	return orphans, mine, err
}

func (r *Runner) performs(number int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active[number] != nil
}

// mostTaken is how often a run may be taken over before it is taken for what
// kills those who perform it.
const mostTaken = 1

// claim takes a run over, unless another has or its process lives after all: one
// that has joined since the last beat is not known here yet. A run that was taken
// over from the dead before pauses what no person started, as a crash does: no one
// knows what it does to anyone who performs it.
func (r *Runner) claim(ctx context.Context, o run.Orphan, me string) error {
	now := r.Clock()
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		lives, died, err := r.Peers.Fate(tx, o.Owner)
		if err != nil {
			return err
		}
		if lives {
			return run.ErrMoved
		}
		taken, err := run.TakeOver(tx, o, me, died)
		if err != nil || o.Owner == "" {
			return err
		}
		if died && taken > mostTaken {
			says := fmt.Sprintf("run/%d was taken over %d times: %d replicas died while they executed it, so work that no person started waits", o.Number, taken, taken)
			if err := r.PauseWork(tx, now, says); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "run.taken-over", Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("run", fmt.Sprint(o.Number))},
			Data: map[string]any{"from": o.Owner, "replica": me, "times": taken}})
	})
	if errors.Is(err, run.ErrMoved) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take over run %d: %w", o.Number, err)
	}
	r.workers.begin(o.Number)
	return nil
}

// Heard is told what happens to runs that other processes perform.
func (r *Runner) Heard(m run.Moment) {
	if m.State.Ended() {
		r.freed.ring()
	}
	r.say(m)
}

// StopWanted is told that someone asked another process to stop a run.
func (r *Runner) StopWanted(ctx context.Context, number int64) error {
	r.mu.Lock()
	stop := r.active[number]
	r.mu.Unlock()
	if stop == nil {
		return nil
	}
	d, err := r.load(ctx, number)
	if err == nil && d.Cancel != "" {
		stop(stopped{d.Cancel})
	}
	return err
}
