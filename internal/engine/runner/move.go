package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// move takes a run from how it was loaded to the next state, in one write with
// its evidence and with whatever more must be true at the same moment. If anyone
// has written the run since, for instance that it is to stop, it is errMoved. At
// an end it lets the locks go and counts the run in its procedure's record.
func (r *Runner) move(ctx context.Context, d *detail, to run.Next, more ...func(*db.Tx, time.Time) error) error {
	if to.State.Ended() {
		to.Says += r.clearFolders(ctx, d) // before it ends: a crash in between brings the run here again
	}
	now := r.Clock()
	then := run.Onward(d.Run, to, now)
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return r.write(tx, d, to, then, now, more...) })
	if err != nil {
		return err
	}
	r.moved(d, to, then)
	return nil
}

// write writes a move, unless the run is not at the revision that d has.
func (r *Runner) write(tx *db.Tx, d *detail, to run.Next, then prentice.Run, now time.Time, more ...func(*db.Tx, time.Time) error) error {
	if then.State.Ended() {
		r.ends.Add(1) // before it lets go of anything: see looked
	}
	owner := d.Owner
	if to.Begin {
		owner = r.taker()
	}
	if err := run.Write(tx, d.Detail, to, then, owner); err != nil {
		return err
	}
	for _, f := range more {
		if err := f(tx, now); err != nil {
			return err
		}
	}
	if then.State.Ended() {
		if err := run.Settle(tx, r.Estate.Limits(), then); err != nil {
			return err
		}
	}
	r.announceIn(tx, then, d.Causes)
	return r.Ledger.Append(tx, now, run.NoteOf(then, to, r.Peers.ID()))
}

// moved makes d the run after a move that was written, and tells of it.
func (r *Runner) moved(d *detail, to run.Next, run prentice.Run) {
	d.Moved(to, run)
	if to.Begin {
		d.Owner = r.taker()
	}
	if run.State.Ended() {
		r.freed.ring()
	}
	r.tell(run, "")
}
