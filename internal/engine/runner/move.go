package runner

import (
	"cmp"
	"context"
	"maps"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// errMoved says that another person moved the run in the meantime: the stage
// looks again.
var errMoved = prentice.Errorf(prentice.Conflict, "the run has moved in the meantime")

// next is where a run is taken.
type next struct {
	state   prentice.State
	says    string
	waits   string         // with Waiting: for what
	expires time.Duration  // with Waiting, or while it waits for the calendar: how long
	wakes   time.Time      // while it waits for the calendar: when it looks again
	kind    string         // of the evidence; "" is run.STATE
	actor   prentice.Ref   // whose doing it is; "" is prentice itself
	data    map[string]any // more for the evidence
	hold    prentice.HoldBack
	begin   bool         // a fresh attempt at its stage begins here
	window  bool         // once approved, it waits for the calendar
	glass   prentice.Ref // who let it go without the approvals that it lacked
	void    string       // why its approval is void, as JSON
}

// move takes a run from how it was loaded to the next state, in one write with
// its evidence and with whatever more must be true at the same moment. If anyone
// has written the run since, for instance that it is to stop, it is errMoved. At
// an end it lets the locks go and counts the run in its procedure's record.
func (r *Runner) move(ctx context.Context, d *detail, to next, more ...func(*db.Tx, time.Time) error) error {
	now := r.Clock()
	run := onward(d.Run, to, now)
	err := r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return r.write(tx, d, to, run, now, more...) })
	if err != nil {
		return err
	}
	r.moved(d, to, run)
	return nil
}

// onward is a run as a move leaves it.
func onward(run prentice.Run, to next, now time.Time) prentice.Run {
	run.State, run.Says, run.Hold = to.state, to.says, to.hold.OrNil()
	run.Expires = time.Time{}
	if to.state == prentice.Waiting || to.expires > 0 {
		run.Expires = now.Add(to.expires)
	}
	if to.state == prentice.Running && run.Started.IsZero() {
		run.Started = now
	}
	if to.state.Ended() {
		run.Ended = now
	}
	return run
}

// write writes a move, unless the run is not at the revision that d has.
func (r *Runner) write(tx *db.Tx, d *detail, to next, run prentice.Run, now time.Time, more ...func(*db.Tx, time.Time) error) error {
	if run.State.Ended() {
		r.ends.Add(1) // before it lets go of anything: see looked
	}
	owner := d.owner
	if to.begin {
		owner = r.taker()
	}
	n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, state = ?, says = ?, waits = ?, started = ?, ended = ?, expires = ?, wakes = ?, hold = ?, attempt = attempt + ?, owner = ?, in_window = ?, glass = ?, void = ?
		WHERE number = ? AND revision = ? AND owner = ? AND ended = 0`,
		string(run.State), run.Says, to.waits, db.Micros(run.Started), db.Micros(run.Ended), db.Micros(run.Expires), db.Micros(to.wakes), holdText(run.Hold),
		flag(to.begin), owner, flag(d.Window || to.window), string(cmp.Or(to.glass, d.BreakGlassBy)), cmp.Or(to.void, d.voided), run.Number, d.revision, d.owner)
	if err != nil {
		return err
	}
	if n == 0 {
		return errMoved
	}
	for _, f := range more {
		if err := f(tx, now); err != nil {
			return err
		}
	}
	if run.State.Ended() {
		if err := settle(tx, r.Estate.Limits(), run); err != nil {
			return err
		}
	}
	r.announceIn(tx, run, d.Causes)
	return r.Ledger.Append(tx, now, noteOf(run, to, r.Peers.ID()))
}

// moved makes d the run after a move that was written, and tells of it.
func (r *Runner) moved(d *detail, to next, run prentice.Run) {
	d.Run, d.Waits = run, to.waits
	d.revision++
	d.Window, d.BreakGlassBy, d.voided = d.Window || to.window, cmp.Or(to.glass, d.BreakGlassBy), cmp.Or(to.void, d.voided)
	if to.begin {
		d.attempt++
		d.owner = r.taker()
	}
	if run.State.Ended() {
		r.freed.ring()
	}
	r.tell(run, "")
}

func noteOf(run prentice.Run, to next, by string) prentice.Note {
	data := map[string]any{"state": run.State, "says": run.Says, "plan": run.Plan}
	maps.Copy(data, to.data)
	note := prentice.Note{Kind: to.kind, Actor: to.actor, Refs: refsOf(run), Data: data}
	if run.Hold != nil {
		data["hold"] = run.Hold
	}
	if by != "" {
		data["replica"] = by
	}
	if note.Kind == "" {
		note.Kind = "run." + string(run.State)
	}
	if note.Actor == "" {
		note.Actor = "self/prentice"
	}
	return note
}
