// Package app is the only door. Command line, pages, API, webhooks and schedules
// all ask here, and each request passes the same four rooms: who are you, may
// you, do it, write it down.
//
// Its words: an operation is what can be asked for (internal/op); a request
// names one, with its input and the actor who asks; a key makes asking twice
// the same as asking once; a denial is a request that was turned away, and it
// is evidence too.
//
// It refuses everyone it does not know, every role that is too small, every
// input with a key or a value that the operation did not declare, and to tell a
// stranger what broke inside: that goes to the log under an id.
package app

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// Policy decides whether an operation may be refused by rule.
type Policy interface {
	Decide(context.Context, prentice.Moment) prentice.Decision
}

// Places says where a thing stands: for each part that it touches, the refs by
// which a role on that part can be granted (its own, its system's, its owner's).
// A thing that no one knows has no part.
type Places interface {
	Places(context.Context, prentice.Ref) ([][]prentice.Ref, error)
}

// Deps is what the door needs. Without DB it opens only for operations that
// need neither server nor data folder; then Policy and Recorder are not asked
// and may be nil.
type Deps struct {
	Ops      []op.Op
	DB       *db.DB
	Policy   Policy
	Recorder db.Recorder[prentice.Note]
	Places   Places // nil: nothing stands anywhere, so that only roles held everywhere count
	Clock    func() time.Time
	Log      *slog.Logger  // nil discards
	ID       func() string // names a fault in the log; nil is random
}

// App is the door. It may be used from many goroutines.
type App struct {
	Deps
	ops     map[string]op.Op
	names   []string // sorted
	me      string   // which door began an operation, in app_keys
	busy    sync.Map // heldKey: what this door is doing now under a key
	owed    sync.Map // heldKey: the answer to what was done, where it could not be written beside its key
	cleaned atomic.Int64
}

//go:embed schema/*.sql
var files embed.FS

// Schema is the door's migrations; their owner is "app".
func Schema() fs.FS { return db.Under(files, "schema") }

// New opens the door for these operations. An error is a fault of the program:
// a name that is there twice, a tag that says nothing, a missing part.
func New(d Deps) (*App, error) {
	switch {
	case d.Clock == nil:
		return nil, fmt.Errorf("the application needs a clock")
	case d.DB != nil && (d.Policy == nil || d.Recorder == nil):
		return nil, fmt.Errorf("the application needs a policy and a recorder")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.ID == nil {
		d.ID = randomID
	}
	a := &App{Deps: d, ops: map[string]op.Op{}, me: randomID()}
	for _, o := range d.Ops {
		if err := a.add(o); err != nil {
			return nil, err
		}
	}
	slices.Sort(a.names)
	return a, nil
}

// Offline is a door for the operations that need neither server nor data
// folder. It asks for known actors, roles and good input like any other, and
// writes nothing down, because there is nowhere to write.
func Offline(ops []op.Op, clock func() time.Time) (*App, error) {
	return New(Deps{Ops: ops, Clock: clock})
}

func (a *App) add(o op.Op) error {
	if o.Local && a.DB != nil {
		return nil // it takes paths of the one who asks, and who asks here may be anywhere
	}
	if !prentice.ValidName(o.Name) {
		return fmt.Errorf("operation %q: not a name", o.Name)
	}
	if _, twice := a.ops[o.Name]; twice {
		return fmt.Errorf("operation %s is declared twice", o.Name)
	}
	if !prentice.Owner.Includes(o.Role) {
		return fmt.Errorf("operation %s: %q is not a role", o.Name, o.Role)
	}
	if _, err := o.Schema(); err != nil {
		return fmt.Errorf("operation %s: %w", o.Name, err)
	}
	a.ops[o.Name] = o
	a.names = append(a.names, o.Name)
	return nil
}

// Ops lists the operations by name.
func (a *App) Ops() []op.Op {
	list := make([]op.Op, len(a.names))
	for i, name := range a.names {
		list[i] = a.ops[name]
	}
	return list
}

// Names are the names of the operations, sorted.
func (a *App) Names() []string { return slices.Clone(a.names) }

func (a *App) find(name string) (op.Op, error) {
	if o, ok := a.ops[name]; ok {
		return o, nil
	}
	return op.Op{}, NoSuchOp(name, a.names)
}

// NoSuchOp is the error for an operation that is not among the known ones, the
// same at every door.
func NoSuchOp(name string, known []string) error {
	e := prentice.Errorf(prentice.NotFound, "there is no operation %q", clip.Text(name))
	if near := nearest.Of(name, known); near != "" {
		return e.Try("did you mean %q?", near)
	}
	return e.Try("see what there is with: prentice --help")
}

func randomID() string {
	var b [6]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails
	return hex.EncodeToString(b[:])
}

var _ op.Door = (*App)(nil)
