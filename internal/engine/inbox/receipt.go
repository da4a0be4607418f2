package inbox

import (
	"time"

	"prentice"
)

// Receipt says what became of an event that was received: it is new, or it is a
// duplicate of the event that the receipt names.
type Receipt struct {
	Event     prentice.Ref `json:"event"` // event/NUMBER
	Number    int64        `json:"number"`
	New       bool         `json:"new"`
	Duplicate string       `json:"duplicate,omitempty"` // id: the same event again; fingerprint: another that says the same; late: of an alert, overtaken by its own end
	Count     int64        `json:"count"`               // how often it has been said, this time included
	Note      string       `json:"note,omitempty"`      // what was changed in it, such as a time in the future
}

// Filter chooses events. Zero fields choose all. Before is a cursor: only
// events with a smaller number. Limit 0 is 50; at most 500.
type Filter struct {
	Subject prentice.Ref
	Type    string
	Since   time.Time // only those that were received then or later
	Before  int64
	Limit   int
}
