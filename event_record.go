package prentice

import "time"

// EventState is where an event stands on its way to those who listen.
type EventState string

// The states of an event.
const (
	EventWaiting   EventState = "waiting"   // kept; not all listeners have been told
	EventDelivered EventState = "delivered" // every listener has been told and agreed
	EventFailed    EventState = "failed"    // a listener refused it again and again; a person must look
)

// Receipt says what became of an event that was received: it is new, or it is a
// duplicate of the event that the receipt names.
type Receipt struct {
	Event     Ref    `json:"event"` // event/NUMBER
	Number    int64  `json:"number"`
	New       bool   `json:"new"`
	Duplicate string `json:"duplicate,omitempty"` // id: the same event again; fingerprint: another that says the same; late: of an alert, overtaken by its own end
	Count     int64  `json:"count"`               // how often it has been said, this time included
	Note      string `json:"note,omitempty"`      // what was changed in it, such as a time in the future
}

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

// EventFilter chooses events. Zero fields choose all. Before is a cursor: only
// events with a smaller number. Limit 0 is 50; at most 500.
type EventFilter struct {
	Subject Ref
	Type    string
	Since   time.Time // only those that were received then or later
	Before  int64
	Limit   int
}
