// Package notice tells people what prentice wants of them: that a plan waits
// for approval, that a run failed, that someone broke the glass.
//
// Its words: a channel is a way to people; a route says which topics go to
// which channels; both are kept by the team in notices.yaml, in git. A notice
// is one message for one channel. It lies in the outbox until its receiver took
// it, is tried again with growing pauses, and is dead when no one took it after
// twelve tries: then it is shown until a person looks. What was sent is remembered
// outside the database too, and every try carries the same id, because a crash just
// after the sending sends it again.
//
// It refuses to speak of what comes from outside in prentice's name, to put
// secrets or what steps printed into a message, to let one slow receiver hold
// up another, and to lose a notice silently.
package notice

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the outbox's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// Sender gives a message to a receiver. It returns soon, also when the receiver
// does not, and its errors hold no secret.
type Sender interface {
	Send(context.Context, Channel, Message) error
}

// Memory remembers which messages were sent, apart from the database: one that lost
// its last moments does not know it any more. It holds digests alone.
type Memory interface {
	Has(digest string) (bool, error)
	Add(digest string) error
}

// Deps is what an outbox needs of the world.
type Deps struct {
	DB       *db.DB
	Recorder db.Recorder[prentice.Note]
	Sender   Sender
	Memory   Memory
	Settings func() *Settings                                                           // in force at this moment
	Show     func(ctx context.Context, number int64) (run.View, error)                  // a run, with its plan
	Able     func(ctx context.Context, topic string, run int64) ([]prentice.Ref, error) // who can answer a question of a run, or close its review
	Team     func(context.Context) ([]prentice.Ref, error)                              // everyone
	Systems  func(subject prentice.Ref, targets []prentice.Ref) []string                // what an act has to do with, by bare name
	Owners   func(subject prentice.Ref, targets []prentice.Ref) []prentice.Ref          // who owns that
	Stopped  func() (since string, stopped bool)                                        // the kill switch; since tells one stop from another
	Clock    func() time.Time
	Chance   func() float64 // from 0 up to 1, for jitter
	Log      *slog.Logger
}

// Outbox keeps notices and sends them.
type Outbox struct {
	Deps
	wake chan struct{}

	toldStop string // the stop that was told last; of Run alone

	mu   sync.Mutex
	busy map[string]bool // channels to which something is under way; guarded by mu
}

// New is an outbox on a database that has its tables.
func New(d Deps) *Outbox {
	return &Outbox{Deps: d, wake: make(chan struct{}, 1), busy: map[string]bool{}}
}

const (
	mostTries  = 12
	firstPause = 5 * time.Second
	mostPause  = time.Hour
)

// Pause is how long to wait after a number of tries: twice as long each time,
// up to an hour. Chance, from 0 up to 1, takes up to half of it off, so that
// notices which failed together do not all come back together.
func Pause(tries int, chance float64) time.Duration {
	pause := mostPause
	if tries < 16 {
		pause = min(mostPause, firstPause<<max(tries-1, 0))
	}
	return pause - time.Duration(chance*float64(pause)/2)
}
