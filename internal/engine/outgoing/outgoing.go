// Package outgoing tells programs outside of events, as Standard Webhooks says
// (https://www.standardwebhooks.com).
//
// Its words: an endpoint is an address of a program outside, with the types of events that
// it wants; the team keeps them in webhooks.yaml, in git. A delivery is one event on its way
// to one endpoint: it waits, is tried again with growing pauses, was sent when the endpoint
// took it, and is dead when it did not after twenty tries. An endpoint that has taken nothing
// for days is disabled: what is for it is held from then on, and goes when a person enables
// it again.
//
// Each delivery is made at least once: a crash just after the sending sends it again, with the
// same id. Each endpoint gets one at a time, and what failed comes later than what did not:
// the order is said by the sequence of an event, and promised by nothing.
//
// It refuses to let one receiver hold up another, to lose an event silently, and to tell of
// the people behind an event.
package outgoing

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the package's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// Letter is what is sent: the id is the same at every try.
type Letter struct {
	ID   string
	Body []byte
}

// Answer is what a receiver said to a letter that it did not take.
type Answer struct {
	Says  string        // "" is that it took it
	Gone  bool          // it wants nothing more
	Pause time.Duration // how long it asks to be left alone
}

// Sender gives a letter to an endpoint. It returns soon, also when the endpoint does not,
// and what it says holds no secret. An error is ours: nothing was sent.
type Sender interface {
	Deliver(context.Context, Endpoint, Letter) (Answer, error)
}

// Deps is what is needed of the world.
type Deps struct {
	DB       *db.DB
	Recorder db.Recorder[prentice.Note]
	Tell     func(tx *db.Tx, e prentice.Event) error // sends an event of ours
	Sender   Sender
	Rules    func() *Rules // in force at this moment
	Clock    func() time.Time
	Chance   func() float64 // from 0 up to 1, for jitter
	Log      *slog.Logger
}

// Post keeps deliveries and sends them.
type Post struct {
	Deps
	wake chan struct{}

	mu   sync.Mutex
	busy map[string]bool // endpoints to which something is under way; guarded by mu
}

// New is a post on a database that has its tables.
func New(d Deps) *Post {
	return &Post{Deps: d, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

const (
	mostTries  = 20
	firstPause = 5 * time.Second
	mostPause  = 12 * time.Hour
)

// Pause is how long to wait after a number of tries: twice as long each time, up to half a
// day. Chance, from 0 up to 1, takes up to half of it off, so that what failed together does
// not all come back together. A receiver that asks to be left alone is, for half a day at most.
func Pause(tries int, chance float64, asked time.Duration) time.Duration {
	pause := mostPause
	if tries < 15 {
		pause = min(mostPause, firstPause<<max(tries-1, 0))
	}
	return max(pause-time.Duration(chance*float64(pause)/2), min(asked, mostPause))
}

// State is where a delivery stands on its way.
type State string

// The states of a delivery.
const (
	Waiting State = "waiting" // it is tried, and tried again
	Sent    State = "sent"    // the receiver took it
	Dead    State = "dead"    // it was tried as often as may be; a person must look
	Held    State = "held"    // its endpoint is disabled, or gone
)

// Delivery is an event on its way to an endpoint.
type Delivery struct {
	Number   int64        `json:"number"`
	ID       string       `json:"id"` // webhook-id, the same at every try
	Endpoint string       `json:"endpoint"`
	Event    prentice.Ref `json:"event,omitempty"`
	Type     string       `json:"type"`
	Subject  prentice.Ref `json:"subject,omitempty"`
	State    State        `json:"state"`
	Attempts int          `json:"attempts"`
	Says     string       `json:"says,omitempty"` // why the last try failed
	Created  time.Time    `json:"created"`
	Due      time.Time    `json:"due,omitzero"`
	Ended    time.Time    `json:"ended,omitzero"`
	Body     string       `json:"body,omitempty"` // lists leave it out
}

// ref names an endpoint.
func ref(endpoint string) prentice.Ref { return prentice.NewRef("webhook", endpoint) }

// Standing is how an endpoint stands.
type Standing struct {
	Name     string
	Failing  time.Time // since when it took nothing; zero where it does
	Disabled time.Time // since when nothing is sent to it; zero where something is
	Says     string
	By       prentice.Ref // who disabled it
}
