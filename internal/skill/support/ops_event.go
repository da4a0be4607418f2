package support

import (
	"context"
	"encoding/json"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/kit/exact"
	"prentice/internal/op"
)

type sendIn struct {
	Event   json.RawMessage `json:"event,omitempty" arg:"1" file:"true" doc:"A file that holds the event as one JSON object; - reads standard input."`
	Type    string          `json:"type,omitempty" doc:"What has happened, such as service.down." example:"service.down" maxLength:"100"`
	Subject prentice.Ref    `json:"subject,omitempty" of:"ref" doc:"What it is about, such as service/checkout." example:"service/checkout" maxLength:"200"`
	Source  string          `json:"source,omitempty" doc:"Who says so; without it, you." maxLength:"300"`
	ID      string          `json:"id,omitempty" doc:"A name that the source gives to this event only; without it, a new one." maxLength:"300"`
	Time    time.Time       `json:"time,omitzero" doc:"When it happened; without it, now."`
	Data    json.RawMessage `json:"data,omitempty" doc:"More about it, as JSON." example:"{\"code\":503}"`
}

type eventListIn struct {
	Subject string    `json:"subject,omitempty" of:"ref" doc:"Only events about this, such as service/checkout." maxLength:"200"`
	Type    string    `json:"type,omitempty" doc:"Only events of this type." maxLength:"100"`
	Since   time.Time `json:"since,omitzero" ago:"true" doc:"Only events that were received then or later, such as 2h, 30d or 2030-08-31."`
	Before  int64     `json:"before,omitempty" doc:"A cursor: only events with a smaller number." minimum:"1"`
	Limit   int       `json:"limit,omitempty" doc:"How many at most." minimum:"1" maximum:"500"`
}

type eventShowIn struct {
	Number string `json:"number" arg:"1" doc:"The event, such as event/12 or 12." example:"event/12" maxLength:"30"`
}

// To send an event is to say something and changes nothing by itself: what may
// be done about it is decided when someone asks for a run. So its risk is Look,
// and the inbox, which knows news from repetition, keeps the evidence.
func (s *Support) eventOps() []op.Op {
	return []op.Op{
		op.New("event.send", prentice.Look, prentice.Operator, "Say that something has happened.", s.eventSend).
			WithExample("prentice event send --type service.down --subject service/checkout").ThatKeeps().
			WithHelp("An event is kept before the answer comes. The same event sent again by the same sender (source and id) does nothing; an equal one of theirs within five minutes is counted on the first."),
		op.New("event.list", prentice.Look, prentice.Viewer, "List events, newest first.", s.eventList).
			WithExample("prentice event list --subject service/checkout"),
		op.New("event.show", prentice.Look, prentice.Viewer, "Show an event, with what it said and how often.", s.eventShow).
			WithExample("prentice event show event/12"),
	}
}

func (s *Support) eventSend(ctx context.Context, c op.Call, in sendIn) (Sent, error) {
	if err := s.ready(); err != nil {
		return Sent{}, err
	}
	e, err := in.event()
	if err != nil {
		return Sent{}, err
	}
	if e.Source == "" {
		e.Source = string(c.Actor.Ref())
	}
	if e.ID == "" {
		e.ID = s.NewID()
	}
	receipt, subject, err := s.receive(ctx, c.Actor, e)
	return Sent{Receipt: receipt, ID: e.ID, Source: e.Source, Type: e.Type, Subject: subject}, err
}

// event is what was sent: a whole event, or one put together from its parts.
func (in sendIn) event() (prentice.Event, error) {
	parts := prentice.Event{ID: in.ID, Source: in.Source, Type: in.Type, Subject: in.Subject, Time: in.Time, Data: in.Data}
	if len(in.Event) == 0 {
		if in.Type == "" {
			return parts, prentice.Errorf(prentice.Invalid, "the event has no type").Try("say what has happened, such as --type service.down, or name a file with the event")
		}
		return parts, nil
	}
	if in.Type+in.Source+in.ID+string(in.Subject)+string(in.Data) != "" || !in.Time.IsZero() {
		return parts, prentice.Errorf(prentice.Invalid, "the event is given whole and in parts").Try("write everything into the event, or leave it out")
	}
	// The three further names are what CloudEvents writes beside our own.
	var whole struct {
		prentice.Event
		SpecVersion     string `json:"specversion"`
		DataContentType string `json:"datacontenttype"`
	}
	if err := exact.Unmarshal(in.Event, &whole); err != nil {
		return parts, prentice.Errorf(prentice.Invalid, "event: %w", err).Try("use the keys id, source, type, subject, time and data")
	}
	if whole.SpecVersion != "" && whole.SpecVersion != "1.0" {
		return parts, prentice.Errorf(prentice.Invalid, "specversion %q is not known", clip(whole.SpecVersion, 20)).Try("write 1.0, or leave it out")
	}
	return whole.Event, nil
}

func (s *Support) eventList(ctx context.Context, _ op.Call, in eventListIn) (Events, error) {
	if err := s.ready(); err != nil {
		return Events{}, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 50
	}
	list, err := s.Inbox.List(ctx, inbox.Filter{Subject: prentice.Ref(in.Subject), Type: in.Type, Since: in.Since, Before: in.Before, Limit: limit})
	out := Events{Events: list, Filtered: in.Subject != "" || in.Type != "" || !in.Since.IsZero()}
	if len(list) == limit {
		out.Next_ = cursor(list[len(list)-1].Number)
	}
	return out, err
}

func (s *Support) eventShow(ctx context.Context, _ op.Call, in eventShowIn) (EventOut, error) {
	if err := s.ready(); err != nil {
		return EventOut{}, err
	}
	number, err := numberOf("event", in.Number)
	if err != nil {
		return EventOut{}, err
	}
	e, err := s.Inbox.Show(ctx, number)
	if err != nil {
		return EventOut{}, err
	}
	out := EventOut{EventRecord: e}
	out.Incident, out.Routed, err = s.taken(ctx, number)
	return out, err
}
