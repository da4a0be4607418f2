package notice

import (
	"strconv"
	"time"

	"prentice"
)

// State is where a notice stands on its way.
type State string

// The states of a notice.
const (
	Waiting State = "waiting" // not taken yet; it is tried again
	Sent    State = "sent"    // the receiver took it
	Dead    State = "dead"    // no one took it, and no one tries any more; a person must look
	Dropped State = "dropped" // a person said that no one need be told, or its channel is gone
)

// Notice is a message to people, as it is kept.
type Notice struct {
	Number   int64        `json:"number"`
	ID       string       `json:"id"` // the same at every try, so that receivers can drop doubles
	Channel  string       `json:"channel"`
	Topic    string       `json:"topic"`
	Title    string       `json:"title"`
	About    prentice.Ref `json:"about,omitempty"`
	State    State        `json:"state"`
	Attempts int          `json:"attempts"`
	Says     string       `json:"says,omitempty"` // why the last try failed, or why it was dropped
	Created  time.Time    `json:"created"`
	Due      time.Time    `json:"due,omitzero"`
	Ended    time.Time    `json:"ended,omitzero"`
	Text     string       `json:"text,omitempty"` // the whole message; not in lists
}

// Ref names the notice.
func (n Notice) Ref() prentice.Ref { return prentice.NewRef("notice", strconv.FormatInt(n.Number, 10)) }

// Filter chooses notices, newest first. Before is a cursor: only notices
// with a smaller number. Limit 0 is 50; at most 500.
type Filter struct {
	State  State
	Before int64
	Limit  int
}
