package codecontrol

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/db"
)

// Queue is what the merge queue uses. Without Open there is none.
type Queue struct {
	// Open opens a repository that is kept here, by its name.
	Open func(ctx context.Context, repository string) (Git, error)
	// Checks judges commits.
	Checks func() Checks
	// Changes are those that can be queued.
	Changes Changes
	// Frozen says why nothing may land on a branch now by the calendar, or "".
	Frozen func(now time.Time, repository, branch string) string
	// Attest signs what is said of a landing; nil signs nothing.
	Attest func(statement []byte) []byte
	// Bill is the bill of materials of a commit; nil makes none.
	Bill func(ctx context.Context, repository, commit string) ([]byte, error)
	// Record writes evidence with a write.
	Record func(tx *db.Tx, now time.Time, notes ...prentice.Note) error
	// Tell sends an event within a write.
	Tell func(tx *db.Tx, e prentice.Event) error
	// Saw is told of each moment of a landing: before and after each write. Nil is not.
	Saw func(moment string)
}

// Git is a repository in which patch sets are merged and branches are moved.
type Git interface {
	Onto(ctx context.Context, tip string, p queue.Proposed) (queue.Merged, error)
	Ref(ctx context.Context, name string) (string, error)
	Move(ctx context.Context, name, before, to string) error
	Paths(ctx context.Context, from, to string) ([]string, error)
	TreeOf(ctx context.Context, commit string) (string, error)
	FirstParents(ctx context.Context, from, to string) ([]string, error)
	Listing(ctx context.Context, commit string, paths ...string) (string, error)
	Note(ctx context.Context, ref, before string, files map[string][]byte, message string, at time.Time) (string, error)
	Noted(ctx context.Context, commit, file string) ([]byte, error)
	Close() error
}

// Checks judges commits of repositories.
type Checks interface {
	Ask(ctx context.Context, repository prentice.Ref, commit string, again bool, by prentice.Ref) (number int64, err error)
	Judged(ctx context.Context, number int64) (done bool, truth prentice.Truth, says string, err error)
	MayLand(ctx context.Context, repository prentice.Ref, commit string) (claims.Answer, string, error)
}

// Ready is the newest patch set of a change that can still land. Of another only the
// repository is said.
type Ready struct {
	Number             int64
	PatchSet           int
	Repository, Branch string
	Title, Message     string
	Base, Head         string
	Below              int64          // a change that has to land before it, and has not
	Reviewers          []prentice.Ref // whose yes counts for it
	Missing            []string       // what it lacks; with anything here it does not land
	Owner              prentice.Ref   // who proposes it
	People             []prentice.Ref // who wrote and pushed it, in any of its patch sets

	method queue.Method
}

// Changes are those of this server.
type Changes interface {
	Ready(ctx context.Context, number int64) (Ready, error)
	Queued(ctx context.Context, number int64, patchSet int, by prentice.Actor) error
	Returned(ctx context.Context, number int64, why string) error
	Landed(ctx context.Context, number int64, patchSet int, commit string) error
}

// itself is who lands.
const itself = prentice.Ref("self/queue")

// usualRunning is how many checks of queues go on at once where the team says nothing.
const usualRunning = 4

// limits of the queues of a server: how many checks go on at once.
func (k *Desk) limitsFor(lanes []*lane) queue.Limits {
	longest := time.Minute
	for _, l := range lanes {
		longest = max(longest, l.Typical)
	}
	l := queue.Usual(longest)
	l.Running = usualRunning
	if said := k.code.Load(); said != nil && said.rules != nil && said.rules.Running > 0 {
		l.Running = said.rules.Running
	}
	return l
}

// saw tells of a moment of a landing.
func (k *Desk) saw(moment string) {
	if k.Queue.Saw != nil {
		k.Queue.Saw(moment)
	}
}

// queues says whether there is a queue here.
func (k *Desk) queues() error {
	if err := k.there(); err != nil {
		return err
	}
	if k.Queue.Open == nil || k.Queue.Changes == nil {
		return prentice.Errorf(prentice.Unavailable, "there is no merge queue here").Try("start prentice: prentice up")
	}
	return nil
}
