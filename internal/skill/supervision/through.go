package supervision

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

// Through asks for runs through the door, for a part of prentice that acts on its own
// initiative: policy decides about it as about anyone, and it is evidence.
type Through struct{ Door op.Door }

// Start requests a run of a procedure.
func (t Through) Start(ctx context.Context, r prentice.RunRequest) (prentice.Run, error) {
	in := startIn{Procedure: r.Procedure, Input: r.Inputs, Reason: r.Reason, Incident: string(r.Incident)}
	if r.EventNumber != 0 {
		in.Event = string(prentice.EventRecord{Number: r.EventNumber}.Ref())
	}
	if r.Window {
		in.When = window
	}
	asked, err := op.Ask[Asked](ctx, t.Door, op.Request{Actor: r.Actor, Op: "run.start", In: in})
	return asked.Run, err
}

// Retry requests a run again.
func (t Through) Retry(ctx context.Context, run int64, by prentice.Actor, reason string) (prentice.Run, error) {
	in := cancelIn{which: which{string(prentice.Run{Number: run}.Ref())}, Reason: reason}
	asked, err := op.Ask[Asked](ctx, t.Door, op.Request{Actor: by, Op: "run.retry", In: in})
	return asked.Run, err
}
