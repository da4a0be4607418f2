package prentice

import (
	"encoding/json"
	"time"
)

// Event says that something happened. Its shape is that of CloudEvents 1.0
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). ID is
// unique within Source; the pair is what makes two deliveries the same event.
type Event struct {
	ID      string          `json:"id"`
	Source  string          `json:"source"`
	Type    string          `json:"type"`
	Subject Ref             `json:"subject,omitempty"`
	Time    time.Time       `json:"time"`
	Data    json.RawMessage `json:"data,omitempty"`

	// Causes are the people by whose doing it happened, as the inbox knows them.
	// What a sender writes there is not believed.
	Causes []Ref `json:"causes,omitempty"`
}

// MaxEventBytes is the largest event that is accepted, in bytes.
const MaxEventBytes = 1 << 20

// Check refuses an event that lacks what CloudEvents requires, whose subject is
// not a ref, or whose data is not JSON. It fills nothing in.
func (e Event) Check() error {
	switch {
	case e.ID == "" || len(e.ID) > 300:
		return Errorf(Invalid, "event id has %d characters", len(e.ID)).Try("give an id of 1 to 300 characters, unique within its source")
	case e.Source == "" || len(e.Source) > 300:
		return Errorf(Invalid, "event source has %d characters", len(e.Source)).Try("say where the event comes from, such as monitor/eu-1")
	case !ValidName(e.Type):
		return Errorf(Invalid, "event type %q", clip(e.Type)).Try("use letters, digits, dots and dashes, such as probe.failed")
	case len(e.Data) > MaxEventBytes:
		return Errorf(Limited, "event data has %d bytes", len(e.Data)).Try("send at most %d", MaxEventBytes)
	case len(e.Data) > 0 && !json.Valid(e.Data):
		return Errorf(Invalid, "event data is not JSON").Try("send a JSON value as data")
	}
	if e.Subject == "" {
		return nil
	}
	_, err := ParseRef(string(e.Subject))
	return err
}

// EventState is where an event stands on its way to those who listen.
type EventState string

// The states of an event.
const (
	EventWaiting   EventState = "waiting"   // kept; not all listeners have been told
	EventDelivered EventState = "delivered" // every listener has been told and agreed
	EventFailed    EventState = "failed"    // a listener refused it again and again; a person must look
)

// EventRecord is an event as it is kept. Lists leave Data out.
type EventRecord struct {
	Number int64 `json:"number"`
	Event
	Received time.Time  `json:"received"`
	Sender   Ref        `json:"sender"`
	State    EventState `json:"state"`
	Attempts int        `json:"attempts"` // how often listeners were tried
	Says     string     `json:"says,omitempty"`
	Unread   string     `json:"unread,omitempty"` // why what is stored of it cannot be read; then it is told to no one
	Note     string     `json:"note,omitempty"`
	Count    int64      `json:"count"`
	Last     time.Time  `json:"last"` // when it was last said
}

// Ref names the event.
func (r EventRecord) Ref() Ref { return NewRef("event", itoa(r.Number)) }
