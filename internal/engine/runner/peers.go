package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
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
	if d.owner != r.Peers.ID() {
		return errMoved
	}
	tx.Late(owners, owned{d.Number, d.owner}, stillOwned)
	return nil
}

// owned is a run and whose it must be.
type owned struct {
	number int64
	owner  string
}

// owners is the key under which writes bring the runs that must be theirs.
const owners journal = "owners"

// stillOwned looks once for all writes of a transaction whether their runs are still
// with their owners. Processes write one after the other (kit/db), so that what
// is seen holds until the commit.
func stillOwned(tx *db.Tx, items []any) error {
	var values []any
	lost := map[owned]bool{}
	for _, item := range items {
		o := item.(owned)
		if !lost[o] {
			lost[o], values = true, append(values, o.number, o.owner)
		}
	}
	err := tx.Each(`SELECT number, owner FROM runs WHERE number = ? AND owner = ?`, 2, values, func(rows *sql.Rows) error {
		var o owned
		err := rows.Scan(&o.number, &o.owner)
		delete(lost, o)
		return err
	})
	if err == nil && len(lost) > 0 {
		err = errMoved
	}
	return err
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
			r.cannot("run not taken over", o.number, prentice.Queued, err)
		}
	}
	seen := map[int64]bool{}
	var ripe []resting
	for _, run := range mine {
		if idle[run.number] {
			ripe = append(ripe, run)
		} else { // it may only just be about to begin
			seen[run.number] = true
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

// orphan is a run whose process does not live.
type orphan struct {
	number int64
	owner  string
}

// unattended lists the moving runs of processes that do not live, and those of
// this one that are not under way here and that nothing holds. A process that has
// the database alone has them all.
func (r *Runner) unattended(ctx context.Context, me string) (orphans []orphan, mine []resting, err error) {
	query, args := `SELECT number, owner, hold, cancel, revision FROM runs WHERE `+movable, []any{}
	if r.shared() {
		living := r.Peers.Living()
		if !slices.Contains(living, me) {
			return nil, nil, nil
		}
		query += ` AND (owner = ? OR owner NOT IN (?` + strings.Repeat(", ?", len(living)-1) + `))`
		args = append(args, me)
		for _, id := range living {
			args = append(args, id)
		}
	}
	rows, err := r.DB.Query(ctx, query+` ORDER BY number`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("look for runs that nothing executes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o orphan
		var hold, cancel string
		var revision int64
		if err := rows.Scan(&o.number, &o.owner, &hold, &cancel, &revision); err != nil {
			return nil, nil, err
		}
		switch held := holdOf(hold); {
		case r.draining.Load() && cancel == "":
		case r.shared() && o.owner != me:
			orphans = append(orphans, o)
		case held != nil && held.Code == prentice.HoldPaused && cancel == "" || r.performs(o.number):
		default:
			mine = append(mine, resting{o.number, revision})
		}
	}
	return orphans, mine, rows.Err()
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
func (r *Runner) claim(ctx context.Context, o orphan, me string) error {
	now := r.Clock()
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		lives, died, err := r.Peers.Fate(tx, o.owner)
		if err != nil {
			return err
		}
		if lives {
			return errMoved
		}
		var taken int
		rows, err := tx.Query(`UPDATE runs SET revision = revision + 1, owner = ?, attempt = attempt + 1, taken = taken + ?
			WHERE number = ? AND owner = ? AND ended = 0 AND state <> 'waiting' RETURNING taken`, me, flag(died), o.number, o.owner)
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return errors.Join(rows.Err(), errMoved)
		}
		if err := errors.Join(rows.Scan(&taken), rows.Close()); err != nil || o.owner == "" {
			return err
		}
		if died && taken > mostTaken {
			says := fmt.Sprintf("run/%d was taken over %d times: %d replicas died while they executed it, so work that no person started waits", o.number, taken, taken)
			if err := r.pause(tx, now, says); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "run.taken-over", Actor: "self/prentice", Refs: []prentice.Ref{prentice.NewRef("run", fmt.Sprint(o.number))},
			Data: map[string]any{"from": o.owner, "replica": me, "times": taken}})
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take over run %d: %w", o.number, err)
	}
	r.workers.begin(o.number)
	return nil
}

// Heard is told what happens to runs that other processes perform.
func (r *Runner) Heard(m prentice.RunMoment) {
	if m.State.Ended() {
		r.freed.ring()
	}
	r.hub.tell(m)
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
	if err == nil && d.cancel != "" {
		stop(stopped{d.cancel})
	}
	return err
}

// Attended counts the runs that each process performs.
func (r *Runner) Attended(ctx context.Context) (map[string]int, error) {
	rows, err := r.DB.Query(ctx, `SELECT owner, COUNT(*) FROM runs WHERE `+movable+` GROUP BY owner`)
	if err != nil {
		return nil, fmt.Errorf("count who executes what: %w", err)
	}
	defer rows.Close()
	by := map[string]int{}
	for rows.Next() {
		var owner string
		var n int
		if err := rows.Scan(&owner, &n); err != nil {
			return nil, err
		}
		by[owner] = n
	}
	return by, rows.Err()
}
