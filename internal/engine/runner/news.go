package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// announceIn tells the inbox where a run stands, within the write that brings it
// there.
func (r *Runner) announceIn(tx *db.Tx, run prentice.Run, causes []prentice.Cause) {
	e, found := r.newsOf(run, causes)
	if !found {
		return
	}
	if err := r.SendIn(tx, e); err != nil { // it is no event: a run is not held up by what is said of it
		r.Log.Error("announce run", "run", run.Number, "err", err)
	}
}

// announce tells it once more. The event's id makes a repeat harmless.
func (r *Runner) announce(ctx context.Context, run prentice.Run, causes []prentice.Cause) {
	e, found := r.newsOf(run, causes)
	if !found {
		return
	}
	if err := r.Send(context.WithoutCancel(ctx), e); err != nil {
		r.Log.Error("announce run", "run", run.Number, "err", err)
	}
}

// newsOf is what the inbox is told of where a run stands, if that is news.
func (r *Runner) newsOf(run prentice.Run, causes []prentice.Cause) (_ prentice.Event, found bool) {
	kind := map[prentice.State]string{prentice.Waiting: "run.waiting", prentice.Running: "run.started"}[run.State]
	if run.State.Ended() {
		kind = "run.ended"
	}
	if kind == "" {
		return prentice.Event{}, false
	}
	if run.State == prentice.RunHeld { // what is told again says what was told before
		run.State = prentice.RunRefused
	}
	data, err := json.Marshal(map[string]any{"run": run.Number, "procedure": run.Procedure, "state": run.State, "says": run.Says,
		"incident": run.Incident, "subject": run.Subject, "risk": run.Risk.String(), "hold": run.Hold, "event": run.Event})
	if err != nil {
		r.Log.Error("announce run", "run", run.Number, "err", err)
		return prentice.Event{}, false
	}
	e := prentice.Event{ID: fmt.Sprintf("%s %s", run.Ref(), run.State), Source: "prentice/runner", Type: kind, Subject: run.Ref(), Time: r.Clock(), Data: data, Causes: prentice.Causers(causes)}
	if run.State == prentice.Waiting {
		// A run may wait more than once, and for fewer people than before. The time is
		// what the database keeps of it, so that it is the same after a restart.
		e.ID += " " + run.Expires.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) + " " + prentice.Digest([]byte(run.Says))[len("sha256:"):][:8]
	}
	return e, true
}

// tell tells anyone who watches.
func (r *Runner) tell(one prentice.Run, step string) {
	r.say(run.Moment{Run: one.Number, Time: r.Clock(), State: one.State, Step: step, Says: one.Says})
}
