package run

import (
	"cmp"
	"maps"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// ErrMoved says that another person moved the run in the meantime: the stage
// looks again.
var ErrMoved = prentice.Errorf(prentice.Conflict, "the run has moved in the meantime")

// WaitsApproval is what a run waits for that waits for answers, and not for a step.
const WaitsApproval = "approval"

// Next is where a run is taken.
type Next struct {
	State   prentice.State
	Says    string
	Waits   string         // with Waiting: for what
	Expires time.Duration  // with Waiting, or while it waits for the calendar: how long
	Wakes   time.Time      // while it waits for the calendar: when it looks again
	Kind    string         // of the evidence; "" is run.STATE
	Actor   prentice.Ref   // whose doing it is; "" is prentice itself
	Data    map[string]any // more for the evidence
	Hold    prentice.HoldBack
	Begin   bool         // a fresh attempt at its stage begins here
	Window  bool         // once approved, it waits for the calendar
	Glass   prentice.Ref // who let it go without the approvals that it lacked
	Void    string       // why its approval is void, as JSON
}

// Onward is a run as a move leaves it.
func Onward(run prentice.Run, to Next, now time.Time) prentice.Run {
	run.State, run.Says, run.Hold = to.State, to.Says, to.Hold.OrNil()
	run.Expires = time.Time{}
	if to.State == prentice.Waiting || to.Expires > 0 {
		run.Expires = now.Add(to.Expires)
	}
	if to.State == prentice.Running && run.Started.IsZero() {
		run.Started = now
	}
	if to.State.Ended() {
		run.Ended = now
	}
	return run
}

// NoteOf is the evidence of a move.
func NoteOf(run prentice.Run, to Next, by string) prentice.Note {
	data := map[string]any{"state": run.State, "says": run.Says, "plan": run.Plan}
	maps.Copy(data, to.Data)
	note := prentice.Note{Kind: to.Kind, Actor: to.Actor, Refs: Refs(run), Data: data}
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

// Write writes a move from how a run was loaded. If anyone has written the run since,
// for instance that it is to stop, it is ErrMoved.
func Write(tx *db.Tx, d *Detail, to Next, run prentice.Run, owner string) error {
	n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, state = ?, says = ?, waits = ?, started = ?, ended = ?, expires = ?, wakes = ?, hold = ?, attempt = attempt + ?, owner = ?, in_window = ?, glass = ?, void = ?
		WHERE number = ? AND revision = ? AND owner = ? AND ended = 0`,
		string(run.State), run.Says, to.Waits, db.Micros(run.Started), db.Micros(run.Ended), db.Micros(run.Expires), db.Micros(to.Wakes), encodeHold(run.Hold),
		flag(to.Begin), owner, flag(d.Window || to.Window), string(cmp.Or(to.Glass, d.BreakGlassBy)), cmp.Or(to.Void, d.Voided), run.Number, d.Revision, d.Owner)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrMoved
	}
	return nil
}

// Moved makes d the run after a move that was written.
func (d *Detail) Moved(to Next, run prentice.Run) {
	d.Run, d.Waits = run, to.Waits
	d.Revision++
	d.Window, d.BreakGlassBy, d.Voided = d.Window || to.Window, cmp.Or(to.Glass, d.BreakGlassBy), cmp.Or(to.Void, d.Voided)
	if to.Begin {
		d.Attempt++
	}
}
