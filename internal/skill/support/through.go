package support

import (
	"context"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/op"
)

// Through asks the chapter's operations through the door, for faces that speak as other
// programs do.
type Through struct{ Door op.Door }

// Send sends an event.
func (t Through) Send(ctx context.Context, by prentice.Actor, e prentice.Event) (Sent, error) {
	in := sendIn{Type: e.Type, Subject: e.Subject, Source: e.Source, ID: e.ID, Time: e.Time, Data: e.Data}
	return op.Ask[Sent](ctx, t.Door, op.Request{Actor: by, Op: "event.send", In: in})
}

// Acknowledge says that someone has an incident.
func (t Through) Acknowledge(ctx context.Context, by prentice.Actor, incident prentice.Ref) error {
	_, err := op.Ask[Detail](ctx, t.Door, op.Request{Actor: by, Op: "incident.ack", In: ackIn{which: which{Number: string(incident)}}})
	return err
}

// AddSilence asks for a silence, in the place of another if that is named.
func (t Through) AddSilence(ctx context.Context, by prentice.Actor, n silence.Silence, replaces string) (SilenceOut, error) {
	in := silenceAddIn{Matcher: n.Matchers, Starts: n.Starts, Until: n.Ends, Reason: n.Reason, Replaces: replaces}
	return op.Ask[SilenceOut](ctx, t.Door, op.Request{Actor: by, Op: "silence.add", In: in})
}

// EndSilence ends one before its time.
func (t Through) EndSilence(ctx context.Context, by prentice.Actor, name string) error {
	_, err := op.Ask[SilenceOut](ctx, t.Door, op.Request{Actor: by, Op: "silence.end", In: silenceIn{name}})
	return err
}

// Silence is one of them.
func (t Through) Silence(ctx context.Context, by prentice.Actor, name string) (SilenceOut, error) {
	return op.Ask[SilenceOut](ctx, t.Door, op.Request{Actor: by, Op: "silence.show", In: silenceIn{name}})
}

// Silences lists those that are not over, or those that are as well.
func (t Through) Silences(ctx context.Context, by prentice.Actor, over bool, limit int) ([]SilenceOut, error) {
	list, err := op.Ask[SilenceList](ctx, t.Door, op.Request{Actor: by, Op: "silence.list", In: silenceListIn{All: over, Limit: limit}})
	return list.Silences, err
}
