package inbox

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// DefaultWindow is how long an equal event counts as the same one.
const DefaultWindow = 5 * time.Minute

// self is prentice itself, the one sender that may use our own sources.
const self = prentice.Ref("self/prentice")

//go:embed schema/*.sql
var files embed.FS

// Schema is the inbox's own tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }

// Listener is told of a new event, with its number and who sent it. It may be
// told of the same one again.
type Listener func(context.Context, prentice.EventRecord) error

// Inbox receives events and tells listeners.
type Inbox struct {
	Window time.Duration // set it before the first event, if at all
	// Monitors are agents that only report what they see: no one is behind their
	// events, if an owner gave them that name. It is set before the first event, if at all.
	Monitors []string

	db        *db.DB
	clock     func() time.Time
	record    db.Recorder[prentice.Note]
	log       *slog.Logger
	listeners []Listener
	wake      chan struct{}
	pauses    []time.Duration   // between the tries of an event
	held      map[int64]*holdup // events that a listener has not taken, by number; of Run alone
	forgotten func(tx *db.Tx, events []int64) error
}

// New is an inbox on a database that has its tables.
func New(d *db.DB, clock func() time.Time, record db.Recorder[prentice.Note], log *slog.Logger) *Inbox {
	return &Inbox{
		Window: DefaultWindow, db: d, clock: clock, record: record, log: log, wake: make(chan struct{}, 1), held: map[int64]*holdup{},
		pauses: []time.Duration{20 * time.Millisecond, 80 * time.Millisecond, 320 * time.Millisecond, 1280 * time.Millisecond},
	}
}

// Listen adds a listener. It must be called before Run.
func (in *Inbox) Listen(l func(context.Context, prentice.EventRecord) error) {
	in.listeners = append(in.listeners, l)
}

// Receive takes an event from within. When it returns, the event is on disk.
func (in *Inbox) Receive(ctx context.Context, e prentice.Event) (Receipt, error) {
	return in.receive(ctx, self, e)
}

// ReceiveFrom takes an event from outside, sent by an actor: from there no one
// may speak in our name.
func (in *Inbox) ReceiveFrom(ctx context.Context, sender prentice.Actor, e prentice.Event) (Receipt, error) {
	e, err := in.from(sender, e)
	if err != nil {
		return Receipt{}, err
	}
	return in.receive(ctx, sender.Ref(), e)
}

// ReceiveIn is ReceiveFrom within the write of another: the one is not there without
// the other.
func (in *Inbox) ReceiveIn(tx *db.Tx, sender prentice.Actor, e prentice.Event) (Receipt, error) {
	e, err := in.from(sender, e)
	if err != nil {
		return Receipt{}, err
	}
	now := in.clock().UTC()
	kept, err := accept(e, now)
	if err != nil {
		return Receipt{}, err
	}
	kept.sender = sender.Ref()
	return in.keep(tx, now, kept)
}

// from is an event as its sender may say it, with the people behind them.
func (in *Inbox) from(sender prentice.Actor, e prentice.Event) (prentice.Event, error) {
	if !sender.Known() {
		return e, prentice.Errorf(prentice.Unauthenticated, "no one sends this event").Try("sign in, or send a token")
	}
	if reserved(e.Source) {
		return e, prentice.Errorf(prentice.Denied, "the source %q is prentice's own", clip.Text(e.Source)).
			Try("name your own source, such as monitor/eu-1")
	}
	e.Causes = sender.People() // and not what the event says of itself
	if sender.Kind == prentice.Agent && sender.Given && slices.Contains(in.Monitors, sender.Name) {
		e.Causes = nil
	}
	return e, nil
}

// Send is Receive for those who need no receipt. What prentice tells itself is
// then written together with whatever else is told at the same moment.
func (in *Inbox) Send(ctx context.Context, e prentice.Event) error {
	if !reserved(e.Source) {
		_, err := in.Receive(ctx, e)
		return err
	}
	if err := in.write(ctx, func(tx *db.Tx) error { return in.SendIn(tx, e) }); err != nil {
		return fmt.Errorf("keep event %s: %w", clip.Text(e.ID), err)
	}
	return nil
}

// SendIn is Send of what prentice tells itself, within the write that makes it
// true: the one is not there without the other.
func (in *Inbox) SendIn(tx *db.Tx, e prentice.Event) error {
	if !reserved(e.Source) {
		return prentice.Errorf(prentice.Internal, "the source %q is not prentice's own", clip.Text(e.Source))
	}
	now := in.clock().UTC()
	kept, err := accept(e, now)
	if err != nil {
		return err
	}
	kept.sender = self
	tx.Late(in, own{kept, now}, in.keepOwnTogether)
	tx.After(in.ring)
	return nil
}

func (in *Inbox) receive(ctx context.Context, sender prentice.Ref, e prentice.Event) (Receipt, error) {
	now := in.clock().UTC()
	kept, err := accept(e, now)
	if err != nil {
		return Receipt{}, err
	}
	kept.sender = sender
	var receipt Receipt
	err = in.write(ctx, func(tx *db.Tx) (err error) {
		receipt, err = in.keep(tx, now, kept)
		return err
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("keep event %s: %w", clip.Text(e.ID), err)
	}
	return receipt, nil
}

// write tries again when another process was in the way: an event is worth a
// second attempt.
func (in *Inbox) write(ctx context.Context, do func(*db.Tx) error) (err error) {
	for range 3 {
		if err = in.db.Write(ctx, do); !errors.Is(err, db.ErrBusy) {
			return err
		}
	}
	return err
}
